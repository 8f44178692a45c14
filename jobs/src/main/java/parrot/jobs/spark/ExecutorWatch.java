package parrot.jobs.spark;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import parrot.datasets.EnvironmentException;

/**
 * Says so if jobs wait because no executor is left, and ends them when that has lasted too long.
 * Spark itself waits for ever, without a word.
 */
final class ExecutorWatch extends SparkListener {
  private static final String CHECK =
      "none is left to run tasks; look at the master's page and at the workers' logs";

  private final SparkContext spark;
  private final ScheduledExecutorService clock;
  private Waiting waiting;

  private ExecutorWatch(SparkContext spark) {
    this.spark = spark;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "executor watch");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Watches until the application ends. In local mode there is nothing to watch. */
  static void start(SparkContext spark) {
    if (!spark.isLocal()) {
      ExecutorWatch watch = new ExecutorWatch(spark);
      spark.addSparkListener(watch);
      var unused = watch.clock.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
    }
  }

  private void look() {
    int[] jobs = spark.statusTracker().getActiveJobIds();
    if (spark.isStopped() || jobs.length == 0 || ClusterShape.Registered.count(spark) > 0) {
      waiting = null;
      return;
    }
    if (waiting == null) {
      waiting = Waiting.of("executors", CHECK, spark.getConf());
    }
    try {
      waiting.goOn();
    } catch (EnvironmentException e) {
      waiting = null;
      for (int job : jobs) {
        // Spark hands on the text alone; a failure's kind is read from it.
        spark.cancelJob(job, "because: " + e.getClass().getName() + ": " + e.getMessage());
      }
    }
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    clock.shutdown();
  }
}
