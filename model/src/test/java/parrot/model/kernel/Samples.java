package parrot.model.kernel;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Seeded tensors for tests, with or without a gap between rows. */
public final class Samples {
  private final SplittableRandom random;
  private final boolean strided;

  public Samples(long seed, boolean strided) {
    random = new SplittableRandom(seed);
    this.strided = strided;
  }

  /** Uniform between -scale and scale. */
  public Tensor tensor(int rows, int columns, double scale) {
    Tensor tensor = empty(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        tensor.set(i, j, (float) (scale * (2 * random.nextDouble() - 1)));
      }
    }
    return tensor;
  }

  public Tensor tensor(int rows, int columns) {
    return tensor(rows, columns, 1);
  }

  /** Uniform between -scale and scale, rounded to the type. */
  public Tensor tensor(ElementType type, int rows, int columns, double scale) {
    return as(type, tensor(rows, columns, scale));
  }

  /** The same values and gaps in another type. */
  public Tensor as(ElementType type, Tensor tensor) {
    Tensor whole = Tensor.allocate(type, tensor.rows(), tensor.columns() + (strided ? 5 : 0));
    Tensor copy = strided ? whole.columns(3, tensor.columns() + 3) : whole;
    copy.set(tensor.toArray());
    return copy;
  }

  /** Filled with NaN, as memory that must be overwritten. */
  public Tensor empty(int rows, int columns) {
    Tensor whole = Tensor.allocate(rows, strided ? columns + 5 : columns);
    float[] values = new float[Math.toIntExact(whole.size())];
    Arrays.fill(values, Float.NaN);
    whole.set(values);
    return strided ? whole.columns(3, columns + 3) : whole;
  }

  /** Likewise, of a type. */
  public Tensor empty(ElementType type, int rows, int columns) {
    return as(type, empty(rows, columns));
  }

  /** Another tensor with the same values and the same gaps. */
  public Tensor like(Tensor tensor) {
    return as(tensor.type(), tensor);
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** A tensor of the results of a function. */
  static Tensor map(Tensor x, DoubleUnaryOperator f) {
    Tensor y = Tensor.allocate(x.rows(), x.columns());
    float[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) f.applyAsDouble(values[i]);
    }
    y.set(values);
    return y;
  }

  /** Boundaries of segments of these lengths. */
  public static int[] boundaries(int... lengths) {
    int[] result = new int[lengths.length + 1];
    Arrays.setAll(result, i -> i == 0 ? 0 : Arrays.stream(lengths, 0, i).sum());
    return result;
  }
}
