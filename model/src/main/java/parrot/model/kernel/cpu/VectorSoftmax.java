package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.FLOATS;
import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import parrot.model.tensor.Tensor;

/** Softmax and cross-entropy, row by row. Offsets of the row functions are in bytes. */
final class VectorSoftmax {
  private VectorSoftmax() {}

  static void softmax(Workers workers, Tensor x) {
    workers.split(
        x.rows(),
        8L * x.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int at = x.at(i, 0);
            float largest = largest(x.buffer(), at, x.columns());
            float sum = exponentials(x.buffer(), at, x.columns(), largest);
            VectorElementwise.scale(x.buffer(), at, x.columns(), 1 / sum);
          }
        });
  }

  static void softmaxBackward(Workers workers, Tensor dx, Tensor dp, Tensor p) {
    workers.split(
        p.rows(),
        5L * p.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int dpAt = dp.at(i, 0);
            int pAt = p.at(i, 0);
            float along = product(dp.buffer(), dpAt, p.buffer(), pAt, p.columns());
            slopes(
                dx.buffer(),
                dx.at(i, 0),
                dp.buffer(),
                dpAt,
                p.buffer(),
                pAt,
                p.columns(),
                along,
                1);
          }
        });
  }

  /** Overwrites logits where gradients are wanted. */
  static void crossEntropy(
      Workers workers, Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    int columns = logits.columns();
    workers.split(
        logits.rows(),
        8L * columns,
        (from, to) -> {
          ByteBuffer buffer = logits.buffer();
          for (int i = from; i < to; i++) {
            int at = logits.at(i, 0);
            float largest = largest(buffer, at, columns);
            float wanted = logits.get(i, targets[i]);
            float sum =
                dlogits == null
                    ? sumOfExponentials(buffer, at, columns, largest)
                    : exponentials(buffer, at, columns, largest);
            losses.set(i, 0, (float) (Math.log(sum) + ((double) largest - wanted)));
            if (dlogits != null) {
              int target = targets[i];
              float factor = scale / sum;
              float slope = logits.get(i, target) * factor - scale;
              Spans.forPart(
                  run ->
                      product(run.buffer(0), run.at(0), run.buffer(1), run.at(1), columns, factor),
                  i,
                  0,
                  columns,
                  Spans.out(dlogits),
                  Spans.in(logits));
              dlogits.set(i, target, slope);
            }
          }
        });
  }

  /** {@code y = alpha x}; {@code y} may be {@code x}. */
  private static void product(
      ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count, float alpha) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      store(load(x, xAt + 4 * j).mul(alpha), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      y.putFloat(yAt + 4 * j, x.getFloat(xAt + 4 * j) * alpha);
    }
  }

  /** Largest of a row; NaN if one value is NaN. */
  static float largest(ByteBuffer x, int at, int count) {
    FloatVector vector = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      vector = vector.max(load(x, at + 4 * j));
    }
    float largest = vector.reduceLanes(VectorOperators.MAX);
    for (; j < count; j++) {
      largest = Math.max(largest, x.getFloat(at + 4 * j));
    }
    return largest;
  }

  /** {@code x = exp(x - shift)}; returns the sum. */
  static float exponentials(ByteBuffer x, int at, int count, float shift) {
    FloatVector sums = FloatVector.zero(FLOATS);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = VectorMath.exp(load(x, at + 4 * j).sub(shift));
      store(value, x, at + 4 * j);
      sums = sums.add(value);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      float value = VectorMath.exp(x.getFloat(at + 4 * j) - shift);
      x.putFloat(at + 4 * j, value);
      sum += value;
    }
    return sum;
  }

  private static float sumOfExponentials(ByteBuffer x, int at, int count, float shift) {
    FloatVector sums = FloatVector.zero(FLOATS);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      sums = sums.add(VectorMath.exp(load(x, at + 4 * j).sub(shift)));
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      sum += VectorMath.exp(x.getFloat(at + 4 * j) - shift);
    }
    return sum;
  }

  /** Inner product of two rows. */
  static float product(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int count) {
    FloatVector sums = FloatVector.zero(FLOATS);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      sums = load(x, xAt + 4 * j).fma(load(y, yAt + 4 * j), sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      sum += x.getFloat(xAt + 4 * j) * y.getFloat(yAt + 4 * j);
    }
    return sum;
  }

  /** {@code dx = scale p (dp - along)}. */
  static void slopes(
      ByteBuffer dx,
      int dxAt,
      ByteBuffer dp,
      int dpAt,
      ByteBuffer p,
      int pAt,
      int count,
      float along,
      float scale) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector slope = load(dp, dpAt + 4 * j).sub(along).mul(scale);
      store(slope.mul(load(p, pAt + 4 * j)), dx, dxAt + 4 * j);
    }
    for (; j < count; j++) {
      float slope = (dp.getFloat(dpAt + 4 * j) - along) * scale;
      dx.putFloat(dxAt + 4 * j, slope * p.getFloat(pAt + 4 * j));
    }
  }
}
