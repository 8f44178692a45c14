package parrot.model.kernel;

import static parrot.model.kernel.VectorMath.FLOATS;
import static parrot.model.kernel.VectorMath.WIDTH;
import static parrot.model.kernel.VectorMath.covered;
import static parrot.model.kernel.VectorMath.load;
import static parrot.model.kernel.VectorMath.store;

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

  /** Softmax of {@code scale x} in place; returns the log of the sum of the exponentials. */
  static float softmax(ByteBuffer scores, int at, int visible, int padded, float scale) {
    hide(scores, at, visible, Float.NEGATIVE_INFINITY);
    int end = padded(visible);
    FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int j = 0; j < end; j += WIDTH) {
      largest = largest.max(load(scores, at + 4 * j));
    }
    float shift = scale * largest.reduceLanes(VectorOperators.MAX);
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector value = VectorMath.expOfSmall(load(scores, at + 4 * j).mul(scale).sub(shift));
      store(value, scores, at + 4 * j);
      sums = sums.add(value);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    float factor = 1 / sum;
    for (int j = 0; j < end; j += WIDTH) {
      store(load(scores, at + 4 * j).mul(factor), scores, at + 4 * j);
    }
    clear(scores, at, end, padded);
    return (float) (shift + Math.log(sum));
  }

  /**
   * Turns scores into probabilities, and gradients of probabilities into gradients of scores:
   * {@code p = exp(scale score - logSum)}, {@code dscore = scale p (dp - along)}.
   *
   * @param along {@code sum(p dp)} of the row
   */
  static void backward(
      ByteBuffer scores,
      ByteBuffer slopes,
      int at,
      int visible,
      int padded,
      float logSum,
      float along,
      float scale) {
    hide(scores, at, visible, Float.NEGATIVE_INFINITY);
    hide(slopes, at, visible, 0);
    int end = padded(visible);
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector score = load(scores, at + 4 * j).mul(scale);
      FloatVector probability = VectorMath.expOfSmall(score.sub(logSum));
      FloatVector slope = load(slopes, at + 4 * j).sub(along).mul(scale);
      store(probability, scores, at + 4 * j);
      store(slope.mul(probability), slopes, at + 4 * j);
    }
    clear(scores, at, end, padded);
    clear(slopes, at, end, padded);
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

  private static void clear(ByteBuffer x, int at, int from, int to) {
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int j = from; j < to; j += WIDTH) {
      store(zero, x, at + 4 * j);
    }
  }
}
