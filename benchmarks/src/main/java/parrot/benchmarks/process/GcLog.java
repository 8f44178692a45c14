package parrot.benchmarks.process;

import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pauses of the garbage collector, as {@code -Xlog:gc,gc+phases} writes them. */
public final class GcLog {
  private static final Pattern PAUSE =
      Pattern.compile("^\\[([0-9.]+)s\\].*\\bPause\\b.* ([0-9.]+)ms$");

  private GcLog() {}

  /**
   * @param uptime seconds since the JVM started
   * @param milliseconds that it took
   */
  public record Pause(double uptime, double milliseconds) {}

  static List<Pause> pauses(List<String> lines) {
    return lines.stream().map(GcLog::pause).filter(Objects::nonNull).toList();
  }

  private static Pause pause(String line) {
    Matcher matcher = PAUSE.matcher(line);
    return matcher.matches()
        ? new Pause(Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2)))
        : null;
  }
}
