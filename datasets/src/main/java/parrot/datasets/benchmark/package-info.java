/**
 * Multiple-choice benchmarks: their files, the question as it is asked, how an answer counts, and
 * scores with their uncertainty. Nothing here asks a model.
 */
package parrot.datasets.benchmark;
