/** The decoder as stock DL4J computes it: SameDiff's own operations and updater. */
package parrot.benchmarks.samediff;
