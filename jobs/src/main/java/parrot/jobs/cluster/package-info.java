/**
 * A cluster on this machine: Spark's master and workers and HDFS's nodes as processes of their own,
 * to try what a real one does. No job depends on it.
 */
package parrot.jobs.cluster;
