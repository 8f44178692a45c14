package parrot.jobs.parity;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A value computed here, compared with the expected one.
 *
 * @param tensor its name in the case
 * @param shape sizes, outermost first; empty if nothing could be compared
 * @param difference {@code max|a-b| / max|b|}; of values that must be equal, the share that is not;
 *     NaN if nothing could be compared
 * @param passed whether it is within the tolerance
 * @param note why not, or how far it was; may be empty
 */
record Comparison(
    String tensor, List<Integer> shape, double difference, boolean passed, String note) {
  static List<Integer> shape(int... sizes) {
    return Arrays.stream(sizes).boxed().toList();
  }

  /** A value that could not be compared. */
  static Comparison failed(String tensor, String note) {
    return new Comparison(tensor, List.of(), Double.NaN, false, note);
  }

  /**
   * Compares floats.
   *
   * @param counts which positions count; null for all
   */
  static Comparison ofValues(
      String tensor,
      List<Integer> shape,
      float[] actual,
      float[] expected,
      boolean[] counts,
      double tolerance) {
    double difference = relativeDifference(actual, expected, counts);
    // Written so that NaN fails.
    boolean passed = difference <= tolerance;
    return new Comparison(
        tensor,
        shape,
        difference,
        passed,
        passed ? "" : String.format(Locale.ROOT, "above %.1e", tolerance));
  }

  /**
   * Compares whole numbers, which must be equal.
   *
   * @param counts which positions count; null for all
   */
  static Comparison ofIntegers(
      String tensor, List<Integer> shape, long[] actual, long[] expected, boolean[] counts) {
    int counted = 0;
    int wrong = 0;
    String first = "";
    for (int i = 0; i < expected.length; i++) {
      if (counts != null && !counts[i]) {
        continue;
      }
      counted++;
      if (actual[i] != expected[i] && wrong++ == 0) {
        first =
            String.format(
                Locale.ROOT, "first at %d: got %d, expected %d", i, actual[i], expected[i]);
      }
    }
    return ofMatches(tensor, shape, counted, wrong, first);
  }

  /** A comparison of things that must be equal. */
  static Comparison ofMatches(
      String tensor, List<Integer> shape, int counted, int wrong, String first) {
    if (counted == 0) {
      return failed(tensor, "there is nothing to compare");
    }
    String note =
        wrong == 0 ? "" : String.format(Locale.ROOT, "%d of %d differ, %s", wrong, counted, first);
    return new Comparison(tensor, shape, (double) wrong / counted, wrong == 0, note);
  }

  /**
   * {@code max|a-b| / max|b|}; absolute if all of b is zero; NaN if a difference is NaN or nothing
   * counts.
   */
  private static double relativeDifference(float[] actual, float[] expected, boolean[] counts) {
    double largest = Double.NaN;
    double scale = 0;
    for (int i = 0; i < expected.length; i++) {
      if (counts != null && !counts[i]) {
        continue;
      }
      double difference = Math.abs((double) actual[i] - expected[i]);
      if (Double.isNaN(difference)) {
        return Double.NaN;
      }
      largest = Double.isNaN(largest) ? difference : Math.max(largest, difference);
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return scale == 0 ? largest : largest / scale;
  }
}
