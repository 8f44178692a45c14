/**
 * Parrot in libtorch as the published code computes it: samples padded to the longest, logits at
 * every position, every expert. It reads the same folders as ours.
 */
package parrot.benchmarks.torch;
