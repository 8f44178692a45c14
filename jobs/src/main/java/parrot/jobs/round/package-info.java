/**
 * One round of training: plans go out to replicas, the next state and an outcome come back. Knows
 * neither configuration files nor checkpoints.
 */
package parrot.jobs.round;
