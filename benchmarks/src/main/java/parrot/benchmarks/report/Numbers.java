package parrot.benchmarks.report;

import java.util.Locale;

/** Numbers as tables show them. */
final class Numbers {
  private Numbers() {}

  /** Three significant digits; whole numbers from 100 on. */
  static String text(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    int digits = size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
