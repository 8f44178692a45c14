package parrot.model.kernel.reference;

import parrot.model.tensor.Tensor;

/** Functions of the reference, in double precision. */
public final class ReferenceMath {
  private ReferenceMath() {}

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Derivative of {@code x sigmoid(beta x)}. */
  static double swishSlope(double x, double beta) {
    double sigmoid = sigmoid(beta * x);
    return sigmoid + beta * x * sigmoid * (1 - sigmoid);
  }

  /** What GELU's approximation takes the hyperbolic tangent of. */
  static double tanhArgument(double x) {
    return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }

  /** Derivative of {@code x (1 + tanh(argument(x))) / 2}. */
  static double tanhGeluSlope(double x) {
    double tanh = Math.tanh(tanhArgument(x));
    double inner = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    return (1 + tanh + x * (1 - tanh * tanh) * inner) / 2;
  }

  static double normalDensity(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /**
   * Probability that a standard normal value is below {@code x}. The series {@code density(x) (x +
   * x^3 / 3 + x^5 / (3 5) + ...)} has positive terms only, so nothing cancels.
   */
  public static double normalDistribution(double x) {
    if (Math.abs(x) > 9) {
      return x > 0 ? 1 : 0;
    }
    double term = x;
    double sum = x;
    for (int n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
      term *= x * x / n;
      sum += term;
    }
    return 0.5 + sum * normalDensity(x);
  }

  /** The exponentials of some values relative to the largest, so that none overflows. */
  record Exponentials(double largest, double sum) {
    double probability(double value) {
      return Math.exp(value - largest) / sum;
    }

    /** Minus the logarithm of {@link #probability}. */
    double loss(double value) {
      return largest - value + Math.log(sum);
    }

    double logSum() {
      return largest + Math.log(sum);
    }
  }

  static Exponentials exponentials(Tensor x, int row) {
    double[] values = new double[x.columns()];
    for (int j = 0; j < values.length; j++) {
      values[j] = x.get(row, j);
    }
    return exponentials(values);
  }

  static Exponentials exponentials(double[] values) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (double value : values) {
      sum += Math.exp(value - largest);
    }
    return new Exponentials(largest, sum);
  }
}
