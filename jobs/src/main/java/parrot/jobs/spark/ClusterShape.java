package parrot.jobs.spark;

import java.time.Duration;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import parrot.datasets.EnvironmentException;

/**
 * How many tasks fit where at the same time.
 *
 * @param executors 1 in local mode; empty if unknown yet, as with dynamic allocation
 * @param perExecutor tasks of one executor, by cores and by GPUs
 * @param slots tasks of all
 * @param gpusPerTask 0 if none is asked for
 * @param gpusPerExecutor 0 if none is asked for
 */
record ClusterShape(
    OptionalInt executors, int perExecutor, int slots, double gpusPerTask, int gpusPerExecutor) {
  private static final Duration PATIENCE_FOR_MORE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 100;

  /**
   * Executors that have come.
   *
   * @param tasks that fit into them at the same time
   */
  record Registered(int executors, int tasks) {
    static Registered of(SparkContext spark) {
      int tasks =
          spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
      return new Registered(count(spark), tasks);
    }

    static int count(SparkContext spark) {
      // The driver's own memory counts as one.
      return spark.getExecutorMemoryStatus().size() - 1;
    }
  }

  /**
   * The shape of a running context. Where executors are fixed, waits until those that were asked
   * for are there. Of those that come late, some are enough.
   *
   * @throws EnvironmentException if not one has come at the limit of waiting
   */
  static ClusterShape of(SparkContext spark) {
    ClusterShape asked = of(spark.getConf(), spark.defaultParallelism());
    return isFixed(spark) ? asked.with(await(spark, asked)) : asked;
  }

  /** The shape at present, as far as it is known; does not wait for executors. */
  static ClusterShape now(SparkContext spark) {
    ClusterShape asked = of(spark.getConf(), spark.defaultParallelism());
    Registered registered = Registered.of(spark);
    return isFixed(spark) && registered.executors() > 0 ? asked.with(registered) : asked;
  }

  private static boolean isFixed(SparkContext spark) {
    return !EnvironmentCheck.isLocal(spark.getConf()) && !isDynamic(spark.getConf());
  }

  private static Registered await(SparkContext spark, ClusterShape asked) {
    // Where the number is open, any executor may be the last.
    int wanted = asked.executors().orElse(Integer.MAX_VALUE);
    long first = Long.MAX_VALUE;
    Waiting waiting = Waiting.of("executors", asked.check(spark.getConf()), spark.getConf());
    while (true) {
      Registered registered = Registered.of(spark);
      long now = System.nanoTime();
      if (registered.executors() >= wanted) {
        return registered;
      }
      if (registered.executors() > 0) {
        first = Math.min(first, now);
        if (now - first > PATIENCE_FOR_MORE.toNanos()) {
          return registered;
        }
      } else {
        waiting.goOn();
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return registered;
      }
    }
  }

  private String check(SparkConf conf) {
    String gpus = gpusPerExecutor == 0 ? "" : ", " + Count.of(gpusPerExecutor, "GPU");
    return "none has come to "
        + conf.get("spark.master", "")
        + " (each was asked for with "
        + cores(conf)
        + ", "
        + conf.get("spark.executor.memory", "1g")
        + " of heap"
        + gpus
        + "); look at the master's page for what is free, or lower spark.executor.cores,"
        + " spark.executor.memory or spark.executor.resource.gpu.amount";
  }

  private static String cores(SparkConf conf) {
    int cores = conf.getInt("spark.executor.cores", 0);
    return cores == 0 ? "all cores" : Count.of(cores, "core");
  }

  /**
   * The shape that settings ask for.
   *
   * @param parallelism cores of all executors so far, or of this machine in local mode
   */
  static ClusterShape of(SparkConf conf, int parallelism) {
    int cpus = conf.getInt("spark.task.cpus", 1);
    double gpusPerTask = conf.getDouble("spark.task.resource.gpu.amount", 0);
    int gpus = conf.getInt("spark.executor.resource.gpu.amount", 0);
    if (EnvironmentCheck.isLocal(conf)) {
      int tasks = parallelism / cpus;
      return new ClusterShape(OptionalInt.of(1), tasks, tasks, gpusPerTask, gpus);
    }
    int cores = conf.getInt("spark.executor.cores", 0);
    // Where it is not set, an executor takes all of a worker, or a core of YARN or Kubernetes.
    int byCores = Math.max(1, cores) / cpus;
    int perExecutor = gpusPerTask > 0 ? Math.min(byCores, (int) (gpus / gpusPerTask)) : byCores;
    OptionalInt executors = executors(conf, cores);
    int slots =
        executors.isPresent()
            ? executors.getAsInt() * perExecutor
            : Math.max(1, parallelism / cpus);
    return new ClusterShape(executors, perExecutor, slots, gpusPerTask, gpus);
  }

  private static OptionalInt executors(SparkConf conf, int cores) {
    if (isDynamic(conf)) {
      return OptionalInt.empty();
    }
    int instances = conf.getInt("spark.executor.instances", 0);
    if (instances > 0) {
      return OptionalInt.of(instances);
    }
    int most = conf.getInt("spark.cores.max", 0);
    return cores > 0 && most >= cores ? OptionalInt.of(most / cores) : OptionalInt.empty();
  }

  static boolean isDynamic(SparkConf conf) {
    return conf.getBoolean("spark.dynamicAllocation.enabled", false);
  }

  /** What came of it. */
  ClusterShape with(Registered registered) {
    int each = registered.tasks() / Math.max(1, registered.executors());
    return new ClusterShape(
        OptionalInt.of(registered.executors()),
        each,
        registered.tasks(),
        gpusPerTask,
        gpusPerExecutor);
  }

  /** Such as {@code 4 slots on 2 executors}. */
  String describe() {
    return slots
        + " slots"
        + (executors.isPresent() ? " on " + Count.of(executors.getAsInt(), "executor") : "");
  }
}
