package parrot.model.kernel;

import java.util.Arrays;
import java.util.SplittableRandom;
import parrot.model.tensor.Tensor;

/** Seeded tensors for tests, with or without a gap between rows. */
final class Samples {
  private final SplittableRandom random;
  private final boolean strided;

  Samples(long seed, boolean strided) {
    random = new SplittableRandom(seed);
    this.strided = strided;
  }

  /** Uniform between -scale and scale. */
  Tensor tensor(int rows, int columns, double scale) {
    Tensor tensor = empty(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        tensor.set(i, j, (float) (scale * (2 * random.nextDouble() - 1)));
      }
    }
    return tensor;
  }

  Tensor tensor(int rows, int columns) {
    return tensor(rows, columns, 1);
  }

  /** Filled with NaN, as memory that must be overwritten. */
  Tensor empty(int rows, int columns) {
    Tensor whole = Tensor.allocate(rows, strided ? columns + 5 : columns);
    float[] values = new float[Math.toIntExact(whole.size())];
    Arrays.fill(values, Float.NaN);
    whole.set(values);
    return strided ? whole.columns(3, columns + 3) : whole;
  }

  /** Another tensor with the same values and the same gaps. */
  Tensor like(Tensor tensor) {
    Tensor copy = empty(tensor.rows(), tensor.columns());
    copy.set(tensor.toArray());
    return copy;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }
}
