package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import parrot.model.kernel.AdamWStep;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** AdamW in one pass over memory: moments, decay, parameters and what enters products. */
final class VectorAdamW {
  /** Values that stay with one thread. */
  private static final int LENGTH = 1 << 14;

  private final ByteBuffer whole; // null if the parameters lie in halves
  private final ByteBuffer high; // or null
  private final ByteBuffer low; // or null
  private final ByteBuffer gradients;
  private final boolean roundedGradients;
  private final ByteBuffer first;
  private final ByteBuffer second;
  private final float scale;
  private final float take1;
  private final float keep2;
  private final float take2;
  private final float epsilon;
  private final float size;
  private final float correction2;
  private final float kept;

  private VectorAdamW(
      Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step) {
    whole = buffer(parameters.whole());
    high = buffer(parameters.high());
    low = buffer(parameters.low());
    this.gradients = gradients.buffer();
    roundedGradients = gradients.type() == ElementType.BF16;
    this.first = first.buffer();
    this.second = second.buffer();
    scale = (float) step.gradientScale();
    take1 = (float) (1 - step.beta1());
    keep2 = (float) step.beta2();
    take2 = (float) (1 - step.beta2());
    epsilon = (float) step.epsilon();
    size = (float) step.correctedRate();
    correction2 = (float) step.correction2();
    kept = (float) step.kept();
  }

  private static ByteBuffer buffer(Tensor tensor) {
    return tensor == null ? null : tensor.buffer();
  }

  static void update(
      Workers workers,
      Master parameters,
      Tensor gradients,
      Tensor first,
      Tensor second,
      AdamWStep step) {
    VectorAdamW update = new VectorAdamW(parameters, gradients, first, second, step);
    int count = parameters.columns();
    workers.split(
        (count + LENGTH - 1) / LENGTH,
        7L * LENGTH,
        (from, to) -> update.run(from * LENGTH, Math.min(count, to * LENGTH)));
  }

  private void run(int from, int to) {
    int end = from + covered(to - from);
    for (int i = from; i < end; i += WIDTH) {
      step(i);
    }
    for (int i = end; i < to; i++) {
      one(i);
    }
  }

  /** Gives no vector back: not every compiler would keep it off the heap. */
  private void step(int i) {
    FloatVector gradient =
        (roundedGradients ? Bf16.load(gradients, 2 * i) : load(gradients, 4 * i)).mul(scale);
    FloatVector m = load(first, 4 * i);
    m = gradient.sub(m).mul(take1).add(m);
    FloatVector v = load(second, 4 * i).mul(keep2).add(gradient.mul(gradient).mul(take2));
    store(m, first, 4 * i);
    store(v, second, 4 * i);
    FloatVector divisor = v.sqrt().div(correction2).add(epsilon);
    FloatVector before = whole == null ? Bf16.join(high, low, 2 * i) : load(whole, 4 * i);
    FloatVector parameter = before.mul(kept).sub(m.div(divisor).mul(size));
    if (whole != null) {
      store(parameter, whole, 4 * i);
    }
    if (high != null) {
      Bf16.storeQuick(parameter, high, 2 * i);
    }
    if (low != null) {
      Bf16.storeLow(parameter, low, 2 * i);
    }
  }

  private void one(int i) {
    float gradient =
        (roundedGradients
                ? ElementType.fromBf16(gradients.getShort(2 * i))
                : gradients.getFloat(4 * i))
            * scale;
    float m = first.getFloat(4 * i);
    m = (gradient - m) * take1 + m;
    float v = second.getFloat(4 * i) * keep2 + gradient * gradient * take2;
    first.putFloat(4 * i, m);
    second.putFloat(4 * i, v);
    float divisor = (float) Math.sqrt(v) / correction2 + epsilon;
    float before =
        whole == null
            ? Master.join(high.getShort(2 * i), low.getShort(2 * i))
            : whole.getFloat(4 * i);
    float parameter = before * kept - m / divisor * size;
    if (whole != null) {
      whole.putFloat(4 * i, parameter);
    }
    if (high != null) {
      high.putShort(2 * i, Master.high(parameter));
    }
    if (low != null) {
      low.putShort(2 * i, Master.low(parameter));
    }
  }
}
