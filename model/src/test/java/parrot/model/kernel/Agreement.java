package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The fast kernels held against the reference, operation by operation. Inputs and what lies between
 * the rows must stay as they are, and a second call must give the same bits.
 *
 * <p>Both start from the same values, so what is float32 differs by the order of sums alone. What
 * is bfloat16 is rounded once, at the end: it may fall on the other side of a tie, one unit away.
 */
public final class Agreement implements AutoCloseable {
  /** Of float32 results, relative to the largest. */
  public static final double FLOAT = 1e-5;

  /** What one unit of 8 bits of mantissa is at most, relative to the value. */
  static final double UNIT = 1 / 128.0;

  public final Samples samples;
  public final Kernels expected = Kernels.create("reference", Precision.F32, 1);
  public final Kernels actual;

  /**
   * @param actual closed with this
   */
  public Agreement(Kernels actual, boolean strided, long seed) {
    this.actual = actual;
    samples = new Samples(seed, strided);
  }

  /** One operation on given inputs and outputs. */
  public interface Operation {
    void run(Kernels kernels, Tensor[] outputs, Tensor[] inputs);
  }

  public void check(String name, Tensor[] outputs, Tensor[] inputs, Operation operation) {
    check(name, FLOAT, outputs, inputs, operation);
  }

  /**
   * @param tolerance before rounding, relative to the largest value of an output
   */
  public void check(
      String name, double tolerance, Tensor[] outputs, Tensor[] inputs, Operation operation) {
    Tensor[] wanted = copies(outputs);
    operation.run(expected, wanted, copies(inputs));
    List<float[]> before = values(inputs);
    Tensor[] first = copies(outputs);
    operation.run(actual, first, inputs);
    Tensor[] second = copies(outputs);
    operation.run(actual, second, inputs);
    for (int i = 0; i < inputs.length; i++) {
      assertThat(inputs[i].toArray()).as(name + ", input " + i).isEqualTo(before.get(i));
    }
    for (int i = 0; i < outputs.length; i++) {
      String what = name + " of " + Arrays.toString(inputs) + ", output " + i + " " + outputs[i];
      assertSame(what + ", again", second[i].toArray(), first[i].toArray());
      assertClose(what, first[i], wanted[i], tolerance);
      assertGapsAreEmpty(what, first[i]);
    }
  }

  public static Tensor[] of(Tensor... tensors) {
    return tensors;
  }

  public static void assertSame(String what, float[] actual, float[] wanted) {
    int mismatch = Arrays.mismatch(actual, wanted);
    if (mismatch >= 0) {
      throw new AssertionError(
          "%s: value %d is %s, was %s"
              .formatted(what, mismatch, actual[mismatch], wanted[mismatch]));
    }
  }

  public static void assertClose(String what, Tensor actual, Tensor wanted, double tolerance) {
    float[] values = actual.toArray();
    float[] targets = wanted.toArray();
    double scale = 0;
    for (float target : targets) {
      scale = Math.max(scale, Math.abs(target));
    }
    double unit = wanted.type() == ElementType.BF16 ? UNIT : 0;
    for (int i = 0; i < targets.length; i++) {
      double difference = Math.abs((double) values[i] - targets[i]);
      if (!(difference <= tolerance * scale + unit * Math.abs(targets[i]))) {
        throw new AssertionError(
            "%s: value %d is %s, expected %s (largest %s)"
                .formatted(what, i, values[i], targets[i], scale));
      }
    }
  }

  /** {@link Samples} leaves zeros between rows. */
  private static void assertGapsAreEmpty(String what, Tensor tensor) {
    for (int row = 0; row + 1 < tensor.rows(); row++) {
      for (int column = tensor.columns(); column < tensor.stride(); column++) {
        assertThat(tensor.get(row, column)).as("%s, behind row %d", what, row).isZero();
      }
    }
  }

  private Tensor[] copies(Tensor[] tensors) {
    return Arrays.stream(tensors).map(samples::like).toArray(Tensor[]::new);
  }

  private static List<float[]> values(Tensor[] tensors) {
    List<float[]> values = new ArrayList<>();
    for (Tensor tensor : tensors) {
      values.add(tensor.toArray());
    }
    return values;
  }

  @Override
  public void close() {
    actual.close();
  }
}
