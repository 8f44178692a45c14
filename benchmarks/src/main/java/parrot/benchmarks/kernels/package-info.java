/**
 * Single kernels under JMH. Each is checked against the reference on a small shape before it is
 * timed. Run all with {@code ./parrot bench kernels}.
 */
package parrot.benchmarks.kernels;
