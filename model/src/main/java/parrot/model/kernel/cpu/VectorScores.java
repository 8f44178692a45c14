package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.FLOATS;
import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Rows of attention scores. A row is padded to whole vectors and only its first values are visible;
 * the rest may hold anything before and is 0 afterwards. So no loop has a scalar tail, which would
 * cost more than the row itself where segments are short.
 *
 * <p>Offsets and lengths: {@code at} in bytes, {@code visible} and {@code padded} in values.
 */
final class VectorScores {
  private static final FloatVector LANES = FloatVector.zero(FLOATS).addIndex(1);

  private VectorScores() {}

  /** How many values a row of this many scores takes. */
  static int padded(int scores) {
    return (scores + WIDTH - 1) / WIDTH * WIDTH;
  }

  /**
   * Exponentials {@code w = exp(scale x - shift)}, with the largest of them 1: probabilities but
   * for a factor, which is cheaper to apply to what they weigh.
   *
   * @param scores of the row, float32; lost
   * @param weights where the exponentials go, may be the scores; 0 for what is not visible
   * @param shiftAndSum where the shift and the sum of the exponentials go, [2]; an object of their
   *     own for every row would be most of the garbage of a step
   */
  static void exponentials(
      ByteBuffer scores,
      int at,
      Tensor weights,
      int row,
      int visible,
      int padded,
      float scale,
      float[] shiftAndSum) {
    hide(scores, at, visible, Float.NEGATIVE_INFINITY);
    int end = padded(visible);
    float shift = scale * largest(scores, at, end);
    int to = weights.at(row, 0);
    float sum;
    if (weights.type() == ElementType.F32) {
      sum = exponentials(scores, at, weights.buffer(), to, end, scale, shift);
      clear(weights.buffer(), to + 4 * end, padded - end);
    } else {
      sum = roundedExponentials(scores, at, weights.buffer(), to, end, scale, shift);
      clearBf16(weights.buffer(), to + 2 * end, padded - end);
    }
    shiftAndSum[0] = shift;
    shiftAndSum[1] = sum;
  }

  private static float largest(ByteBuffer x, int at, int end) {
    FloatVector even = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    FloatVector odd = even;
    int j = 0;
    for (; j <= end - 2 * WIDTH; j += 2 * WIDTH) {
      even = even.max(load(x, at + 4 * j));
      odd = odd.max(load(x, at + 4 * (j + WIDTH)));
    }
    if (j < end) {
      even = even.max(load(x, at + 4 * j));
    }
    return even.max(odd).reduceLanes(VectorOperators.MAX);
  }

  private static float exponentials(
      ByteBuffer x, int at, ByteBuffer y, int to, int end, float scale, float shift) {
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector value = VectorMath.expOfSmall(load(x, at + 4 * j).mul(scale).sub(shift));
      store(value, y, to + 4 * j);
      sums = sums.add(value);
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  private static float roundedExponentials(
      ByteBuffer x, int at, ByteBuffer y, int to, int end, float scale, float shift) {
    FloatVector sums = FloatVector.zero(FLOATS);
    float scale2 = scale * VectorMath.LOG2_E;
    float shift2 = shift * VectorMath.LOG2_E;
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector value = VectorMath.powerOfTwo(load(x, at + 4 * j).mul(scale2).sub(shift2));
      Bf16.storeQuick(value, y, to + 2 * j);
      sums = sums.add(value);
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  /**
   * Turns scores into probabilities, and gradients of probabilities into gradients of scores:
   * {@code p = exp(scale score - logSum)}, {@code dscore = scale p (dp - along)}.
   *
   * @param scores of the row, float32; lost
   * @param slopes gradients of the probabilities, float32; lost
   * @param probabilities where p goes, may be the scores
   * @param scoreSlopes where dscore goes, may be the slopes
   * @param along {@code sum(p dp)} of the row
   */
  static void backward(
      ByteBuffer scores,
      ByteBuffer slopes,
      int at,
      Tensor probabilities,
      Tensor scoreSlopes,
      int row,
      int visible,
      int padded,
      float logSum,
      float along,
      float scale) {
    hide(scores, at, visible, Float.NEGATIVE_INFINITY);
    hide(slopes, at, visible, 0);
    int end = padded(visible);
    ByteBuffer p = probabilities.buffer();
    ByteBuffer s = scoreSlopes.buffer();
    int to = probabilities.at(row, 0);
    if (probabilities.type() == ElementType.F32) {
      backward(scores, slopes, at, p, s, to, end, logSum, along, scale);
      clear(p, to + 4 * end, padded - end);
      clear(s, to + 4 * end, padded - end);
    } else {
      roundedBackward(scores, slopes, at, p, s, to, end, logSum, along, scale);
      clearBf16(p, to + 2 * end, padded - end);
      clearBf16(s, to + 2 * end, padded - end);
    }
  }

  private static void backward(
      ByteBuffer scores,
      ByteBuffer slopes,
      int at,
      ByteBuffer p,
      ByteBuffer s,
      int to,
      int end,
      float logSum,
      float along,
      float scale) {
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector score = load(scores, at + 4 * j).mul(scale);
      FloatVector probability = VectorMath.expOfSmall(score.sub(logSum));
      FloatVector slope = load(slopes, at + 4 * j).sub(along).mul(scale);
      store(probability, p, to + 4 * j);
      store(slope.mul(probability), s, to + 4 * j);
    }
  }

  private static void roundedBackward(
      ByteBuffer scores,
      ByteBuffer slopes,
      int at,
      ByteBuffer p,
      ByteBuffer s,
      int to,
      int end,
      float logSum,
      float along,
      float scale) {
    float scale2 = scale * VectorMath.LOG2_E;
    float logSum2 = logSum * VectorMath.LOG2_E;
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector score = load(scores, at + 4 * j).mul(scale2);
      FloatVector probability = VectorMath.powerOfTwo(score.sub(logSum2));
      FloatVector slope = load(slopes, at + 4 * j).sub(along).mul(scale);
      Bf16.storeQuick(probability, p, to + 2 * j);
      Bf16.storeQuick(slope.mul(probability), s, to + 2 * j);
    }
  }

  /** Inner product of one head's part of a row. */
  static float along(Tensor x, Tensor y, int row, int column, int size) {
    int xAt = x.at(row, column);
    int yAt = y.at(row, column);
    if (x.type() == ElementType.F32) {
      return VectorSoftmax.product(x.buffer(), xAt, y.buffer(), yAt, size);
    }
    FloatVector sums = FloatVector.zero(FLOATS);
    int end = covered(size);
    int j = 0;
    for (; j < end; j += WIDTH) {
      sums = Bf16.load(x.buffer(), xAt + 2 * j).fma(Bf16.load(y.buffer(), yAt + 2 * j), sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < size; j++) {
      sum += x.get(row, column + j) * y.get(row, column + j);
    }
    return sum;
  }

  /** Overwrites what is not visible in the last vector that has something visible. */
  private static void hide(ByteBuffer x, int at, int visible, float value) {
    int whole = covered(visible);
    if (whole < visible) {
      FloatVector last = load(x, at + 4 * whole);
      VectorMask<Float> hidden = LANES.compare(VectorOperators.GE, (float) (visible - whole));
      store(last.blend(value, hidden), x, at + 4 * whole);
    }
  }

  private static void clear(ByteBuffer x, int at, int count) {
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int j = 0; j < count; j += WIDTH) {
      store(zero, x, at + 4 * j);
    }
  }

  private static void clearBf16(ByteBuffer x, int at, int count) {
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int j = 0; j < count; j += WIDTH) {
      Bf16.storeQuick(zero, x, at + 2 * j);
    }
  }
}
