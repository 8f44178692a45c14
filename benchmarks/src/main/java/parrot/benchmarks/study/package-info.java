/**
 * Experiments over the program's own commands: a grid of settings becomes steps, each run once as a
 * process and kept, and from what they leave come a page and a table. Knows no model and computes
 * no score by itself: statistics are those of {@code parrot.datasets.benchmark}.
 */
package parrot.benchmarks.study;
