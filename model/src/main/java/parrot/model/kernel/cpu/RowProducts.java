package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.FLOATS;
import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * A few rows times a bfloat16 matrix that is stored [out, in], as in decoding token by token. Each
 * weight is used once or twice only, so memory sets the pace: weights are read once, in order, and
 * never copied aside as a blocked product would.
 */
final class RowProducts {
  /** Rows up to which this is faster than a blocked product. */
  static final int MOST_ROWS = 4;

  /** Outputs that one task computes. */
  private static final int OUTPUTS = 64;

  private RowProducts() {}

  /** {@code c = a b^T + beta c + bias}, {@code b} of type bfloat16, the bias float32 or null. */
  static void multiply(Workers workers, Tensor c, Tensor a, Tensor b, float beta, Tensor bias) {
    workers.split(
        (b.rows() + OUTPUTS - 1) / OUTPUTS,
        (long) OUTPUTS * b.columns(),
        (first, last) -> {
          int to = Math.min(b.rows(), last * OUTPUTS);
          for (int row = 0; row < a.rows(); row++) {
            int i = row;
            Spans.forPart(
                run -> {
                  for (int j = first * OUTPUTS; j < to; j++) {
                    float product =
                        dot(run.buffer(0), run.at(0), b.buffer(), b.at(j, 0), a.columns());
                    float before = beta == 0 ? 0 : c.get(i, j);
                    c.set(i, j, before + product + (bias == null ? 0 : bias.get(0, j)));
                  }
                },
                i,
                0,
                a.columns(),
                Spans.in(a));
          }
        });
  }

  private static float dot(ByteBuffer x, int xAt, ByteBuffer weights, int weightsAt, int count) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    int j = 0;
    for (int end = count - 4 * WIDTH; j <= end; j += 4 * WIDTH) {
      int at = xAt + 4 * j;
      int weightAt = weightsAt + 2 * j;
      sum0 = load(x, at).fma(Bf16.load(weights, weightAt), sum0);
      sum1 = load(x, at + 4 * WIDTH).fma(Bf16.load(weights, weightAt + 2 * WIDTH), sum1);
      sum2 = load(x, at + 8 * WIDTH).fma(Bf16.load(weights, weightAt + 4 * WIDTH), sum2);
      sum3 = load(x, at + 12 * WIDTH).fma(Bf16.load(weights, weightAt + 6 * WIDTH), sum3);
    }
    for (int end = covered(count); j < end; j += WIDTH) {
      sum0 = load(x, xAt + 4 * j).fma(Bf16.load(weights, weightsAt + 2 * j), sum0);
    }
    float sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      sum += x.getFloat(xAt + 4 * j) * ElementType.fromBf16(weights.getShort(weightsAt + 2 * j));
    }
    return sum;
  }
}
