/** Our sides: what users run, through the same interfaces. */
package parrot.benchmarks.ours;
