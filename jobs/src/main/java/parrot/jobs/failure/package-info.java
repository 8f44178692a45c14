/**
 * How a job can end other than well, beside what {@code parrot.datasets} and {@code parrot.model}
 * know of bad data, bad use and missing surroundings. Only {@code cli} turns these into exit codes.
 */
package parrot.jobs.failure;
