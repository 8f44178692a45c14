/**
 * What a round tells: its line in {@code metrics.jsonl}, its times, its gauges. The only package
 * that knows that file's format.
 */
package parrot.jobs.metrics;
