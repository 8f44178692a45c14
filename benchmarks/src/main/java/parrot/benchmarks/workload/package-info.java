/** What is measured: models with seeded weights, seeded batches, sides and targets. */
package parrot.benchmarks.workload;
