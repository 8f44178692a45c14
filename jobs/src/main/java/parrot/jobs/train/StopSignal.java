package parrot.jobs.train;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Turns SIGTERM and SIGINT into a request that the training loop checks between rounds. A second
 * SIGINT ends the process at once. A shutdown hook would not do: Spark's own runs at the same time
 * and takes the executors away.
 */
final class StopSignal implements AutoCloseable {
  private static final int INTERRUPTED = 130; // 128 + SIGINT

  private final AtomicBoolean requested = new AtomicBoolean();
  private final Signal terminate = new Signal("TERM");
  private final Signal interrupt = new Signal("INT");
  private final SignalHandler formerTerminate;
  private final SignalHandler formerInterrupt;

  StopSignal() {
    formerTerminate = Signal.handle(terminate, signal -> request());
    formerInterrupt = Signal.handle(interrupt, signal -> interrupt());
  }

  private void interrupt() {
    if (requested.get()) {
      Runtime.getRuntime().halt(INTERRUPTED);
    }
    request();
  }

  void request() {
    requested.set(true);
  }

  boolean isRequested() {
    return requested.get();
  }

  @Override
  public void close() {
    Signal.handle(terminate, formerTerminate);
    Signal.handle(interrupt, formerInterrupt);
  }
}
