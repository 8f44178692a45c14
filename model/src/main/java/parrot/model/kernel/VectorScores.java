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

  /** Softmax in place; returns the logarithm of the sum of the exponentials. */
  static float softmax(ByteBuffer scores, int at, int visible, int padded) {
    hide(scores, at, visible, Float.NEGATIVE_INFINITY);
    int end = padded(visible);
    FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int j = 0; j < end; j += WIDTH) {
      largest = largest.max(load(scores, at + 4 * j));
    }
    float shift = largest.reduceLanes(VectorOperators.MAX);
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector value = VectorMath.expOfSmall(load(scores, at + 4 * j).sub(shift));
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
   * {@code p = exp(score - logSum)}, {@code dscore = scale p (dp - along)}.
   *
   * @param along {@code sum(p dp)} of the row
   */
  static void backward(
      ByteBuffer scores,
      int at,
      ByteBuffer slopes,
      int slopesAt,
      int visible,
      int padded,
      float logSum,
      float along,
      float scale) {
    hide(scores, at, visible, Float.NEGATIVE_INFINITY);
    hide(slopes, slopesAt, visible, 0);
    int end = padded(visible);
    for (int j = 0; j < end; j += WIDTH) {
      FloatVector probability = VectorMath.expOfSmall(load(scores, at + 4 * j).sub(logSum));
      FloatVector slope = load(slopes, slopesAt + 4 * j).sub(along).mul(scale);
      store(probability, scores, at + 4 * j);
      store(slope.mul(probability), slopes, slopesAt + 4 * j);
    }
    clear(scores, at, end, padded);
    clear(slopes, slopesAt, end, padded);
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
