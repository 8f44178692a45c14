/** Results as people and programs read them, and targets. */
package parrot.benchmarks.report;
