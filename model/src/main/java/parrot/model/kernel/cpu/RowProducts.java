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
 * weight is used a few times only, so memory sets the pace: weights are read once, in order, and
 * never copied aside as a blocked product would. The bits of a row do not depend on the other rows.
 */
final class RowProducts {
  /** Rows up to which this is faster than a blocked product. */
  static final int MOST_ROWS = 4;

  /** Outputs whose weights stay in the cache while all rows meet them. */
  private static final int OUTPUTS = 32;

  /** Rows that share what is in the registers. */
  private static final int TOGETHER = 2;

  private RowProducts() {}

  /** {@code c = a b^T + beta c + bias}, {@code b} of type bfloat16, the bias float32 or null. */
  static void multiply(Workers workers, Tensor c, Tensor a, Tensor b, float beta, Tensor bias) {
    workers.split(
        (b.rows() + OUTPUTS - 1) / OUTPUTS,
        (long) OUTPUTS * b.columns(),
        (first, last) -> {
          for (int tile = first; tile < last; tile++) {
            int from = tile * OUTPUTS;
            int to = Math.min(b.rows(), from + OUTPUTS);
            Tensor weights = b.hasBuffer() ? b : b.rows(from, to);
            int skipped = b.hasBuffer() ? 0 : from;
            int row = 0;
            for (; row + TOGETHER <= a.rows(); row += TOGETHER) {
              two(c, a, weights, skipped, beta, bias, row, from, to);
            }
            for (; row < a.rows(); row++) {
              one(c, a, weights, skipped, beta, bias, row, from, to);
            }
          }
        });
  }

  /**
   * @param skipped outputs before the first that {@code b} has
   */
  private static void one(
      Tensor c,
      Tensor a,
      Tensor b,
      int skipped,
      float beta,
      Tensor bias,
      int row,
      int from,
      int to) {
    int count = a.columns();
    Spans.forPart(
        run -> {
          for (int j = from; j < to; j++) {
            float product = dot(run.buffer(0), run.at(0), b.buffer(), b.at(j - skipped, 0), count);
            store(c, row, j, product, beta, bias);
          }
        },
        0,
        0,
        count,
        Spans.in(a.rows(row, row + 1)));
  }

  private static void two(
      Tensor c,
      Tensor a,
      Tensor b,
      int skipped,
      float beta,
      Tensor bias,
      int row,
      int from,
      int to) {
    int count = a.columns();
    float[] products = new float[TOGETHER];
    Spans.forPart(
        run -> {
          for (int j = from; j < to; j++) {
            dots(products, run, b.buffer(), b.at(j - skipped, 0), count);
            for (int i = 0; i < TOGETHER; i++) {
              store(c, row + i, j, products[i], beta, bias);
            }
          }
        },
        0,
        0,
        count,
        Spans.in(a.rows(row, row + 1)),
        Spans.in(a.rows(row + 1, row + 2)));
  }

  private static void store(Tensor c, int row, int column, float product, float beta, Tensor bias) {
    float before = beta == 0 ? 0 : c.get(row, column);
    c.set(row, column, before + product + (bias == null ? 0 : bias.get(0, column)));
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

  /**
   * {@link #dot} of two rows: the same sums in the same order, each weight loaded once. The
   * compiler keeps vectors in registers only within one method, and only if that is not larger than
   * this.
   */
  private static void dots(
      float[] products, Spans.Run run, ByteBuffer weights, int weightsAt, int count) {
    ByteBuffer a = run.buffer(0);
    ByteBuffer b = run.buffer(1);
    int aAt = run.at(0);
    int bAt = run.at(1);
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    FloatVector b0 = FloatVector.zero(FLOATS);
    FloatVector b1 = FloatVector.zero(FLOATS);
    FloatVector b2 = FloatVector.zero(FLOATS);
    FloatVector b3 = FloatVector.zero(FLOATS);
    int j = 0;
    for (int end = count - 4 * WIDTH; j <= end; j += 4 * WIDTH) {
      int at = 4 * j;
      int weightAt = weightsAt + 2 * j;
      FloatVector w0 = Bf16.load(weights, weightAt);
      a0 = load(a, aAt + at).fma(w0, a0);
      b0 = load(b, bAt + at).fma(w0, b0);
      FloatVector w1 = Bf16.load(weights, weightAt + 2 * WIDTH);
      a1 = load(a, aAt + at + 4 * WIDTH).fma(w1, a1);
      b1 = load(b, bAt + at + 4 * WIDTH).fma(w1, b1);
      FloatVector w2 = Bf16.load(weights, weightAt + 4 * WIDTH);
      a2 = load(a, aAt + at + 8 * WIDTH).fma(w2, a2);
      b2 = load(b, bAt + at + 8 * WIDTH).fma(w2, b2);
      FloatVector w3 = Bf16.load(weights, weightAt + 6 * WIDTH);
      a3 = load(a, aAt + at + 12 * WIDTH).fma(w3, a3);
      b3 = load(b, bAt + at + 12 * WIDTH).fma(w3, b3);
    }
    for (int end = covered(count); j < end; j += WIDTH) {
      FloatVector weight = Bf16.load(weights, weightsAt + 2 * j);
      a0 = load(a, aAt + 4 * j).fma(weight, a0);
      b0 = load(b, bAt + 4 * j).fma(weight, b0);
    }
    float first = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
    float second = b0.add(b1).add(b2.add(b3)).reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      float weight = ElementType.fromBf16(weights.getShort(weightsAt + 2 * j));
      first += a.getFloat(aAt + 4 * j) * weight;
      second += b.getFloat(bAt + 4 * j) * weight;
    }
    products[0] = first;
    products[1] = second;
  }
}
