package parrot.jobs.train;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.Path;
import parrot.datasets.EnvironmentException;

/**
 * Checkpoints that are written while the rounds go on, one at a time. A failure is told to whoever
 * asks next.
 */
final class BackgroundCheckpoints implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread writer = new Thread(task, "checkpoint");
            writer.setDaemon(true);
            return writer;
          });
  private volatile Path newest;
  private Future<Path> written; // null if nothing is being written
  private int round;

  /**
   * @param newest the checkpoint that a run would go on from now
   */
  BackgroundCheckpoints(Path newest) {
    this.newest = newest;
  }

  /**
   * Begins to write a checkpoint. The one before must be finished.
   *
   * @param write publishes the checkpoint and gives its folder
   */
  void begin(int round, Callable<Path> write) {
    if (written != null) {
      throw new IllegalStateException("The checkpoint of round " + this.round + " is unfinished");
    }
    this.round = round;
    written = thread.submit(() -> newest = write.call());
  }

  /** The round of the checkpoint that is being written. */
  OptionalInt writing() {
    return written == null ? OptionalInt.empty() : OptionalInt.of(round);
  }

  /** The newest published checkpoint. Safe for use by other threads. */
  Path newest() {
    return newest;
  }

  /** Fails if the checkpoint has failed; does not wait for it. */
  void requireNoFailure() throws IOException {
    if (written != null && written.isDone()) {
      finish();
    }
  }

  /** Waits until the checkpoint is published, and fails if it failed. */
  void finish() throws IOException {
    if (written == null) {
      return;
    }
    Future<Path> last = written;
    written = null;
    try {
      last.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Stopped while a checkpoint was being written", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  /** Waits until the checkpoint is published, after something else failed, which is told first. */
  void finishAfter(RuntimeException failure) {
    try {
      finish();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static IOException failure(Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException storage ? storage : new IOException(cause);
  }

  /** Publishes what is being written, also if the run has failed. */
  @Override
  public void close() throws IOException {
    try {
      finish();
    } finally {
      thread.shutdown();
    }
  }
}
