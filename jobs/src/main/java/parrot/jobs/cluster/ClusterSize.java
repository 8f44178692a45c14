package parrot.jobs.cluster;

/**
 * How large a cluster is.
 *
 * @param workers of Spark, one executor each
 * @param cores of each worker
 * @param memory of each worker in MiB; three quarters are its executor's heap
 * @param gpus addresses that each worker offers, whether or not there are such devices
 * @param dataNodes of HDFS
 */
record ClusterSize(int workers, int cores, int memory, int gpus, int dataNodes) {
  /** Heap of an executor in MiB; Spark wants more than 450. */
  int executorMemory() {
    return memory * 3 / 4;
  }
}
