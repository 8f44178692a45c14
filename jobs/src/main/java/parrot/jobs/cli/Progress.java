package parrot.jobs.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line that says how far a job is: done and total, rate, time left. On a terminal it is
 * rewritten in place; elsewhere a new line comes every few seconds. Goes to standard error, so that
 * results can be piped. Safe for use by several threads.
 */
public final class Progress implements AutoCloseable {
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long LOG_NANOS = 5_000_000_000L;
  private static final int WIDTH = 110;

  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier clock;
  private final String label;
  private final String unit;
  private final long total;
  private final long start;
  private long skipped;
  private long done;
  private String note = "";
  private long shown;
  private int shownLength;
  private boolean closed;

  /**
   * @param total how many there are, or 0 if unknown
   * @param clock nanoseconds
   */
  Progress(
      PrintStream out,
      boolean terminal,
      LongSupplier clock,
      String label,
      String unit,
      long total) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.label = label;
    this.unit = unit;
    this.total = total;
    start = clock.getAsLong();
    shown = start;
  }

  /**
   * Starts a line.
   *
   * @param label what is being done, such as {@code preprocess}
   * @param unit what is counted, in plural
   * @param total how many there are, or 0 if unknown
   */
  public static Progress start(String label, String unit, long total) {
    // The launcher knows; Java's own test looks at standard input too.
    String told = System.getProperty("parrot.terminal");
    boolean terminal = told == null ? System.console() != null : Boolean.parseBoolean(told);
    return new Progress(System.err, terminal, System::nanoTime, label, unit, total);
  }

  /** Sets how many were done before this start, as after a resume; the rate leaves them out. */
  public synchronized void resumeAt(long count) {
    skipped = count;
    done = count;
  }

  /** Adds to what is done. */
  public synchronized void add(long count) {
    update(done + count);
  }

  /** Sets how many are done in all. */
  public synchronized void update(long count) {
    done = count;
    long now = clock.getAsLong();
    if (!closed && now - shown >= (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
      show(now);
    }
  }

  /** Sets what the line ends with from now on, such as the loss. */
  public synchronized void note(String text) {
    note = text;
  }

  /** Shows the line as it is now. */
  public synchronized void show() {
    if (!closed) {
      show(clock.getAsLong());
    }
  }

  private void show(long now) {
    shown = now;
    String line = line(now);
    if (terminal) {
      String cut = line.length() > WIDTH ? line.substring(0, WIDTH) : line;
      out.print("\r" + cut + " ".repeat(Math.max(0, shownLength - cut.length())));
      out.flush();
      shownLength = cut.length();
    } else {
      out.println(line);
    }
  }

  /** Shows the final count and the time it took. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    // If nothing was done, it failed at once, and the message that follows is enough.
    if (done > 0 || shownLength > 0) {
      show(clock.getAsLong());
      if (terminal) {
        out.println();
      }
    }
    closed = true;
  }

  private String line(long now) {
    double seconds = (now - start) / 1e9;
    double rate = seconds > 0 ? (done - skipped) / seconds : 0;
    StringBuilder line = new StringBuilder(label).append("  ");
    line.append(String.format(Locale.ROOT, "%,d", done));
    if (total > 0) {
      line.append(String.format(Locale.ROOT, " of %,d", total));
    }
    line.append(' ').append(unit);
    if (total > 0) {
      line.append(String.format(Locale.ROOT, "  %d %%", Math.min(100, 100 * done / total)));
    }
    if (rate > 0) {
      line.append(String.format(Locale.ROOT, rate < 10 ? "  %.2f/s" : "  %,.0f/s", rate));
    }
    if (total > done && rate > 0) {
      line.append("  ").append(time((total - done) / rate)).append(" left");
    } else {
      line.append("  ").append(time(seconds));
    }
    return note.isEmpty() ? line.toString() : line.append("  ").append(note).toString();
  }

  /** Minutes and seconds, with hours if there are any. */
  static String time(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
