package parrot.jobs.train;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Answers SIGTERM and SIGINT at once. While rounds run, the first one is a request that the
 * training loop checks between rounds; the second, like any before the first round, ends the
 * process. A shutdown hook would not do: Spark's own runs at the same time and takes the executors
 * away.
 */
final class StopSignal implements AutoCloseable {
  private static final int STOPPED = 143; // as the shell gives for SIGTERM
  private static final int STOPPED_AT_ONCE = 130; // as the shell gives for SIGINT

  /**
   * What rounds have to say.
   *
   * @param doing what is finished first, such as {@code round 12, about 40 s}
   * @param kept what is there already, such as the last checkpoint
   * @param giveUp what is done before the process ends in the middle of a round
   */
  record Work(Supplier<String> doing, Supplier<String> kept, Runnable giveUp) {}

  private final Consumer<String> say;
  private final IntConsumer exit;
  private final IntConsumer halt;
  private final AtomicBoolean requested = new AtomicBoolean();
  private final Signal terminate = new Signal("TERM");
  private final Signal interrupt = new Signal("INT");
  private final SignalHandler formerTerminate;
  private final SignalHandler formerInterrupt;
  private volatile Work work;

  StopSignal(Consumer<String> say) {
    this(
        say,
        code -> new Thread(() -> System.exit(code), "stop").start(),
        Runtime.getRuntime()::halt);
  }

  /**
   * @param exit ends the process as usual
   * @param halt ends it without Spark's farewell, which waits for the round
   */
  StopSignal(Consumer<String> say, IntConsumer exit, IntConsumer halt) {
    this.say = say;
    this.exit = exit;
    this.halt = halt;
    formerTerminate = Signal.handle(terminate, signal -> request());
    formerInterrupt = Signal.handle(interrupt, signal -> request());
  }

  /** Says from now on that rounds run, and what of them. */
  void during(Work rounds) {
    work = rounds;
  }

  /** What a signal does. */
  void request() {
    Work running = work;
    boolean again = requested.getAndSet(true);
    if (running == null) {
      say.accept("Stopped before the first round");
      exit.accept(STOPPED);
    } else if (again) {
      say.accept("Stopped at once; " + running.kept().get());
      running.giveUp().run();
      halt.accept(STOPPED_AT_ONCE);
    } else {
      say.accept("Finishing " + running.doing().get() + "; again to stop now");
    }
  }

  boolean isRequested() {
    return requested.get();
  }

  /** Whether the process is ending already: what fails now fails because of that. */
  boolean isEnding() {
    return isRequested() && work == null;
  }

  @Override
  public void close() {
    Signal.handle(terminate, formerTerminate);
    Signal.handle(interrupt, formerInterrupt);
  }
}
