/** What is measured: models with seeded weights, and seeded batches. */
package parrot.benchmarks.workload;
