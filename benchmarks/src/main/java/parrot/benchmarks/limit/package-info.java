/** What the machine can do at best: matrix products and copies with nothing around them. */
package parrot.benchmarks.limit;
