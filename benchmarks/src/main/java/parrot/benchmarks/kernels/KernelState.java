package parrot.benchmarks.kernels;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Threads;
import parrot.model.tensor.Tensor;

/** What kernel benchmarks share. */
public final class KernelState {
  /** System property: threads of the kernels. */
  public static final String THREADS = "parrot.benchmarks.threads";

  private static final double EXACT = 1e-4;
  private static final double ROUNDED = 2e-2;
  private static final long SEED = 7;

  private KernelState() {}

  static int threads() {
    return Integer.getInteger(THREADS, Threads.allowed());
  }

  static Kernels create(String precision) {
    return Kernels.create("onednn", Precision.of(precision), threads());
  }

  /** Normal values, the same in every call. */
  static Tensor random(int rows, int columns) {
    Tensor tensor = Tensor.allocate(rows, columns);
    SplittableRandom random = new SplittableRandom(SEED + 31L * rows + columns);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    tensor.set(values);
    return tensor;
  }

  /**
   * Computes a small case with the fast kernels and with the reference.
   *
   * @param small returns what the kernels computed
   * @throws IllegalStateException if they differ
   */
  static void check(String what, String precision, Function<Kernels, Tensor[]> small) {
    try (Kernels fast = create(precision);
        Kernels reference = Kernels.create("reference", Precision.F32, 1)) {
      Tensor[] actual = small.apply(fast);
      Tensor[] expected = small.apply(reference);
      for (int i = 0; i < actual.length; i++) {
        double difference = difference(actual[i].toArray(), expected[i].toArray());
        double allowed = precision.equals("f32") ? EXACT : ROUNDED;
        if (!(difference <= allowed)) {
          throw new IllegalStateException(
              "Cannot measure %s in %s: result %d differs from the reference (got %.2g, expected at most %.2g)"
                  .formatted(what, precision, i, difference, allowed));
        }
      }
    }
  }

  private static double difference(float[] actual, float[] expected) {
    double scale = 0;
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      double difference = Math.abs((double) actual[i] - expected[i]);
      largest = difference <= largest ? largest : difference;
    }
    return largest / scale;
  }

  /** Target ids below {@code vocabulary}. */
  static int[] targets(int rows, int vocabulary) {
    int[] targets = new int[rows];
    Arrays.setAll(targets, row -> row * 7919 % vocabulary);
    return targets;
  }
}
