package parrot.jobs.quickstart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import parrot.jobs.report.ReportData.Timing;

/**
 * Runs steps in order and announces each with the time left: the expected seconds of the steps to
 * come, scaled by how long the steps so far took compared with what was expected.
 */
final class Steps {
  private final Map<String, Double> expected;
  private final Consumer<String> console;
  private final LongSupplier clock;
  private final long start;
  private final List<Timing> timings = new ArrayList<>();
  private double expectedSoFar;

  /**
   * @param expected seconds of every step, by name, in order
   * @param clock nanoseconds
   */
  Steps(Map<String, Double> expected, Consumer<String> console, LongSupplier clock) {
    this.expected = new LinkedHashMap<>(expected);
    this.console = console;
    this.clock = clock;
    this.start = clock.getAsLong();
  }

  /** Announces and runs the next step. */
  <T> T run(String name, Callable<T> step) throws Exception {
    if (!expected.containsKey(name)) {
      throw new IllegalArgumentException("Unknown step: " + name);
    }
    console.accept(announcement(name));
    long began = clock.getAsLong();
    T result = step.call();
    timings.add(new Timing(name, (clock.getAsLong() - began) / 1e9));
    expectedSoFar += expected.get(name);
    return result;
  }

  private String announcement(String name) {
    double elapsed = elapsed();
    // Start-up makes the first seconds a poor guide.
    double scale = expectedSoFar > 20 ? elapsed / expectedSoFar : 1;
    return String.format(
        Locale.ROOT,
        "%n[%d of %d] %s  (elapsed %s, about %s left)",
        timings.size() + 1,
        expected.size(),
        name,
        time(elapsed),
        time((expectedSeconds() - expectedSoFar) * scale));
  }

  int expectedCount() {
    return expected.size();
  }

  double expectedSeconds() {
    return expected.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  double elapsed() {
    return (clock.getAsLong() - start) / 1e9;
  }

  List<Timing> timings() {
    return List.copyOf(timings);
  }

  static String time(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole < 60
        ? whole + " s"
        : String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
  }
}
