/**
 * Benchmarks asked of models on Spark executors, their scores, and single questions. What was
 * answered is kept with a key of everything that decided it, so that old answers are never taken
 * for new ones. No arithmetic of the model, no scoring rules: those are the other modules'.
 */
package parrot.jobs.evaluate;
