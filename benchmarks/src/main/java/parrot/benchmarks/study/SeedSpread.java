package parrot.benchmarks.study;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * What several seeds say together: their mean with Student's 95 % interval. It covers what training
 * does by chance, which an interval over questions does not.
 *
 * @param halfWidth NaN of fewer than two seeds
 */
record SeedSpread(int seeds, double mean, double halfWidth) {
  private static final double UPPER = 0.975;

  static SeedSpread of(List<Double> values) {
    int n = values.size();
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    if (n < 2) {
      return new SeedSpread(n, mean, Double.NaN);
    }
    double squares = values.stream().mapToDouble(value -> Math.pow(value - mean, 2)).sum();
    double error = Math.sqrt(squares / (n - 1) / n);
    return new SeedSpread(
        n, mean, error * new TDistribution(n - 1).inverseCumulativeProbability(UPPER));
  }

  double low() {
    return mean - halfWidth;
  }

  double high() {
    return mean + halfWidth;
  }

  /** Whether the interval lies on one side of 0; no of a single seed. */
  boolean excludesZero() {
    return low() > 0 || high() < 0;
  }
}
