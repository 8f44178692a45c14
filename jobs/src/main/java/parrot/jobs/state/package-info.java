/**
 * The state of a training run, held by the executors: parameters, moments, outer momentum and
 * residuals as RDDs of chunks. Replicas read it, their pieces are reduced to the next state, and
 * checkpoints are written from it, all without passing through the driver. Does not train: how a
 * replica fared is only carried along, as its {@link parrot.jobs.state.ReplicaOutcome}.
 */
package parrot.jobs.state;
