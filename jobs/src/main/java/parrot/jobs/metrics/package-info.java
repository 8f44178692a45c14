/**
 * What is told about a round: its line in {@code metrics.jsonl} and on the console, its times, its
 * gauges. The only package that knows that file, its name and its format.
 */
package parrot.jobs.metrics;
