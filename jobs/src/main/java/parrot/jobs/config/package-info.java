/**
 * The configuration of a training run: the table of its keys ({@code TrainKeys}), the reader that
 * reads by it, and what the reader returns. Knows no Spark.
 */
package parrot.jobs.config;
