/**
 * The configuration of a training run: its keys, their defaults and the reader that refuses what it
 * does not know. Knows no Spark.
 */
package parrot.jobs.config;
