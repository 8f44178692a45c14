package parrot.jobs.preprocess;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.util.LongAccumulator;
import parrot.jobs.cli.Progress;

/**
 * The line on the console while rows are prepared. The accumulator is for the eye alone: a task
 * that is repeated counts twice in it.
 */
final class RowProgress implements AutoCloseable {
  private static final long PERIOD_MS = 500;

  private final LongAccumulator rows;
  private final long total;
  private final Progress line;
  private final ScheduledExecutorService clock;

  RowProgress(LongAccumulator rows, long total) {
    this.rows = rows;
    this.total = total;
    this.line = Progress.start("preprocess", "rows", total);
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "preprocess progress");
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        clock.scheduleAtFixedRate(this::update, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void update() {
    line.update(Math.min(total, rows.value()));
  }

  @Override
  public void close() {
    clock.shutdownNow();
    update();
    line.close();
  }
}
