/**
 * The state of a training run, held by the executors: parameters, moments and outer velocity as an
 * RDD of chunks. Replicas read it, their results are reduced into the next one, and checkpoints are
 * written from it, all without passing the driver. Knows nothing of training.
 */
package parrot.jobs.state;
