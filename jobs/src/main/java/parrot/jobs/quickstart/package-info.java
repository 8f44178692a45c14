/**
 * Everything once, on one machine: embedded HDFS, a small world, preprocessing, two stages of
 * training, evaluation, a report. Calls the jobs that the commands call; has nothing of its own but
 * the order.
 */
package parrot.jobs.quickstart;
