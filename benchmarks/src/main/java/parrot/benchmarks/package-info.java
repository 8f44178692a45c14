/** Measurements of whole workloads beside their peers, and the commands that start them. */
package parrot.benchmarks;
