package parrot.jobs.spark;

import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.spark.SparkConf;
import parrot.datasets.EnvironmentException;

/** A wait that says what it is for, since when and for how long, and ends at its limit. */
final class Waiting {
  /** The setting that {@code --wait} stands for. */
  static final String LIMIT = "spark.parrot.wait";

  private static final long FIRST = Duration.ofSeconds(5).toNanos();
  private static final long EVERY = Duration.ofSeconds(30).toNanos();

  private final String what;
  private final String check;
  private final Duration limit;
  private final Consumer<String> say;
  private final LongSupplier clock;
  private final String since = DateTimeFormatter.ofPattern("HH:mm:ss").format(LocalTime.now());
  private final long began;
  private long next;

  /**
   * Begins to wait.
   *
   * @param what is waited for
   * @param check what a user can look at, as an order
   * @param clock nanoseconds
   */
  Waiting(String what, String check, Duration limit, Consumer<String> say, LongSupplier clock) {
    this.what = what;
    this.check = check;
    this.limit = limit;
    this.say = say;
    this.clock = clock;
    this.began = clock.getAsLong();
    this.next = began + FIRST;
  }

  /** Waits as long as a job's settings say; lines go to standard error. */
  static Waiting of(String what, String check, SparkConf conf) {
    Duration limit = Duration.ofSeconds(conf.getTimeAsSeconds(LIMIT, "10m"));
    return new Waiting(what, check, limit, System.err::println, System::nanoTime);
  }

  /**
   * To be called again and again while it lasts.
   *
   * @throws EnvironmentException at the limit
   */
  void goOn() {
    long now = clock.getAsLong();
    if (now - began >= limit.toNanos()) {
      throw new EnvironmentException(
          "Waited "
              + limit.toSeconds()
              + " s for "
              + what
              + ": "
              + check
              + " (--wait sets the limit)");
    }
    if (now >= next) {
      next = now + EVERY;
      say.accept(
          "Waiting for "
              + what
              + " since "
              + since
              + ", "
              + (now - began) / 1_000_000_000
              + " s of at most "
              + limit.toSeconds()
              + " s: "
              + check);
    }
  }
}
