package parrot.jobs.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Answers SIGTERM and SIGINT at once. While there is work, the first one is a request that the work
 * checks, between rounds for example; the second, like any before there is work, ends the process.
 * A shutdown hook would not do: Spark's own runs at the same time and takes the executors away.
 */
public final class StopSignal implements AutoCloseable {
  private static final int STOPPED = 143; // as the shell gives for SIGTERM
  private static final int STOPPED_AT_ONCE = 130; // as the shell gives for SIGINT

  /**
   * What the work has to say.
   *
   * @param doing what is finished first, such as {@code round 12, about 40 s}
   * @param kept what is there already, such as the last checkpoint
   * @param giveUp what is done before the process ends in the middle of the work
   */
  public record Work(Supplier<String> doing, Supplier<String> kept, Runnable giveUp) {}

  private final Consumer<String> say;
  private final String early;
  private final Runnable farewell;
  private final IntConsumer exit;
  private final IntConsumer halt;
  private final AtomicBoolean requested = new AtomicBoolean();
  private final Signal terminate = new Signal("TERM");
  private final Signal interrupt = new Signal("INT");
  private final SignalHandler formerTerminate;
  private final SignalHandler formerInterrupt;
  private volatile Work work;

  /**
   * @param early what is said if there is no work yet
   */
  public StopSignal(Consumer<String> say, String early) {
    this(say, early, () -> {});
  }

  /**
   * @param early what is said if there is no work yet
   * @param farewell what is done then before the process ends; a second signal does not wait for it
   */
  public StopSignal(Consumer<String> say, String early, Runnable farewell) {
    this(
        say,
        early,
        farewell,
        code -> new Thread(() -> System.exit(code), "stop").start(),
        Runtime.getRuntime()::halt);
  }

  /**
   * @param exit ends the process as usual
   * @param halt ends it without Spark's farewell, which waits for what runs
   */
  StopSignal(
      Consumer<String> say, String early, Runnable farewell, IntConsumer exit, IntConsumer halt) {
    this.say = say;
    this.early = early;
    this.farewell = farewell;
    this.exit = exit;
    this.halt = halt;
    formerTerminate = Signal.handle(terminate, signal -> request());
    formerInterrupt = Signal.handle(interrupt, signal -> request());
  }

  /** Says from now on that there is work, and what of it. */
  public void during(Work work) {
    this.work = work;
  }

  /** What a signal does. */
  public void request() {
    Work running = work;
    boolean again = requested.getAndSet(true);
    if (running == null) {
      if (!again) {
        say.accept(early);
        farewell.run();
      }
      exit.accept(STOPPED);
    } else if (again) {
      say.accept("Stopped at once; " + running.kept().get());
      running.giveUp().run();
      halt.accept(STOPPED_AT_ONCE);
    } else {
      say.accept("Finishing " + running.doing().get() + "; again to stop now");
    }
  }

  public boolean isRequested() {
    return requested.get();
  }

  /** Whether the process is ending already: what fails now fails because of that. */
  public boolean isEnding() {
    return isRequested() && work == null;
  }

  @Override
  public void close() {
    Signal.handle(terminate, formerTerminate);
    Signal.handle(interrupt, formerInterrupt);
  }
}
