package parrot.benchmarks.report;

import java.util.Locale;

/**
 * What a workload must reach. NaN is a miss.
 *
 * @param what is measured, with its unit
 * @param value that was measured
 * @param bound on which side of the limit it must be
 * @param limit of it
 */
public record Target(String what, double value, Bound bound, double limit) {
  /** On which side of its limit a value must be. */
  public enum Bound {
    AT_MOST("at most"),
    AT_LEAST("at least"),
    MORE_THAN("more than"),
    FEWER_THAN("fewer than");

    private final String words;

    Bound(String words) {
      this.words = words;
    }
  }

  public boolean met() {
    return switch (bound) {
      case AT_MOST -> value <= limit;
      case AT_LEAST -> value >= limit;
      case MORE_THAN -> value > limit;
      case FEWER_THAN -> value < limit;
    };
  }

  /** What is demanded, such as {@code at most 0.85}. */
  public String demand() {
    return bound.words + " " + Numbers.text(limit);
  }

  /** How it went, and by how much it was missed. */
  public String verdict() {
    if (met()) {
      return "met";
    }
    if (Double.isNaN(value)) {
      return "missed: not measured";
    }
    double share = Math.abs(value - limit) / Math.abs(limit);
    return String.format(Locale.ROOT, "missed by %.1f %%", 100 * share);
  }

  /** One line for people. */
  public String line() {
    return "%s is %s (must be %s): %s".formatted(what, Numbers.text(value), demand(), verdict());
  }
}
