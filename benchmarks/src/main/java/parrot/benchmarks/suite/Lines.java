package parrot.benchmarks.suite;

import java.util.Arrays;

/** How far points lie from a line. */
final class Lines {
  private Lines() {}

  /** Largest over smallest value, minus 1: distance from a level line. */
  static double spread(double[] values) {
    double largest = Arrays.stream(values).max().orElse(Double.NaN);
    double smallest = Arrays.stream(values).min().orElse(Double.NaN);
    return largest / smallest - 1;
  }

  /** Largest distance from the line of least squares, over the largest value. */
  static double deviation(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElse(Double.NaN);
    double meanY = Arrays.stream(y).average().orElse(Double.NaN);
    double products = 0;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      products += (x[i] - meanX) * (y[i] - meanY);
      squares += (x[i] - meanX) * (x[i] - meanX);
    }
    double slope = products / squares;
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      largest = Math.max(largest, Math.abs(y[i] - meanY - slope * (x[i] - meanX)));
    }
    return largest / Arrays.stream(y).max().orElse(Double.NaN);
  }
}
