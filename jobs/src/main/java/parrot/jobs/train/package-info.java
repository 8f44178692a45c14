/**
 * A training run: its command, its folder, its start, and the loop over its rounds, which plans,
 * runs, measures, saves and reports each. Read {@link parrot.jobs.train.TrainJob} first, then
 * {@link parrot.jobs.train.TrainingLoop}. What happens in a round is in {@link parrot.jobs.round}.
 */
package parrot.jobs.train;
