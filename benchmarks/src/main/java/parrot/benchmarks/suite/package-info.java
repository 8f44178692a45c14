/** The benchmarks that can be asked for by name. */
package parrot.benchmarks.suite;
