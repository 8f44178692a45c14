/**
 * One round of training. Read {@link parrot.jobs.round.ExecutorRounds} first: a {@link
 * parrot.jobs.round.RoundPlan} goes out, {@link parrot.jobs.round.TrainReplica} trains on
 * executors, the state becomes the next one, and a {@link parrot.jobs.round.RoundOutcome} comes
 * back. Knows neither how long a run is nor what is told about it.
 */
package parrot.jobs.round;
