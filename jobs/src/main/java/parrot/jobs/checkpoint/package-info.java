/**
 * What a run leaves behind and continues from: checkpoints, their files and manifests. Executors
 * write and read them in parallel, from and to the state that they hold. Knows no training loop.
 */
package parrot.jobs.checkpoint;
