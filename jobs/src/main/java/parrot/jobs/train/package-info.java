/**
 * Training in rounds: plan what each replica sees, ship the state, train replicas for some steps on
 * executors, average, report, checkpoint. A round is a function of state and plan alone, so it does
 * not matter which executor runs which replica, nor how often. The arithmetic is the model's.
 */
package parrot.jobs.train;
