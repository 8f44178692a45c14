package parrot.benchmarks.measure;

import java.util.List;
import java.util.Locale;
import parrot.benchmarks.process.Reply;

/** Whether two sides compute the same; if they do not, their times mean nothing. */
public final class Agreement {
  private static final double EXACT = 1e-4;
  private static final double ROUNDED = 1e-2;
  // Optimizers divide by the size of small gradients, which makes small differences larger.
  private static final double LATER = 2;
  // Single values of a deep network, not means over many.
  private static final double VALUES = 5;
  private static final int STEPS = 3;

  private Agreement() {}

  /**
   * Compares the first steps of a side with ours.
   *
   * @throws DisagreementException if they differ by more than their precision explains
   */
  public static void check(Series ours, Series peer) {
    double tolerance = ours.request().exact() && peer.request().exact() ? EXACT : ROUNDED;
    List<Reply> left = ours.fromStart();
    List<Reply> right = peer.fromStart();
    for (int step = 0; step < STEPS && step < left.size() && step < right.size(); step++) {
      double[] expected = right.get(step).outputs();
      double[] actual = left.get(step).outputs();
      if (expected.length == 0) {
        return;
      }
      double allowed = tolerance * (step == 0 ? 1 : LATER) * (expected.length > 1 ? VALUES : 1);
      double difference = difference(actual, expected);
      if (!(difference <= allowed)) {
        throw new DisagreementException(
            String.format(
                Locale.ROOT,
                "Cannot compare ours with %s: in step %d they do not compute the same"
                    + " (got %s and %s, relative difference %.2g, expected at most %.2g)",
                peer.request().engine().title(),
                step + 1,
                text(actual),
                text(expected),
                difference,
                allowed));
      }
    }
  }

  /** Root mean square of the difference over that of the expected values. */
  static double difference(double[] actual, double[] expected) {
    if (actual.length != expected.length) {
      return Double.NaN;
    }
    double squares = 0;
    double scale = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = actual[i] - expected[i];
      squares += difference * difference;
      scale += expected[i] * expected[i];
    }
    return Math.sqrt(squares / scale);
  }

  private static String text(double[] values) {
    return values.length == 1
        ? String.format(Locale.ROOT, "loss %.6f", values[0])
        : values.length + " values";
  }

  /** Two sides that do not compute the same. */
  public static final class DisagreementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DisagreementException(String message) {
      super(message);
    }
  }
}
