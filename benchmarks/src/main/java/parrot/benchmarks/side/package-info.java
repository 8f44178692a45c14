/** What is measured step by step: who computes which workload, and the interface they share. */
package parrot.benchmarks.side;
