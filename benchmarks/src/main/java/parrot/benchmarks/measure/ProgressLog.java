package parrot.benchmarks.measure;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Lines that say what is going on and how long it will take. */
public final class ProgressLog {
  private final PrintWriter out;
  private final String name;

  /**
   * @param name of the benchmark
   */
  public ProgressLog(PrintWriter out, String name) {
    this.out = out;
    this.name = name;
  }

  public void say(String format, Object... arguments) {
    out.println(name + ": " + String.format(Locale.ROOT, format, arguments));
    out.flush();
  }

  static String time(double seconds) {
    Duration duration = Duration.ofSeconds(Math.round(seconds));
    return duration.toMinutes() > 0
        ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
        : duration.toSeconds() + " s";
  }
}
