/**
 * What a run leaves behind and continues from: checkpoints, their files and manifests, written and
 * read in parallel from the state on the executors. Knows no training loop.
 */
package parrot.jobs.checkpoint;
