package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import parrot.model.kernel.AdamWStep;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** AdamW in one pass over memory: moments, decay, parameters and their rounded copy. */
final class VectorAdamW {
  /** Values that stay with one thread. */
  private static final int LENGTH = 1 << 14;

  private final ByteBuffer parameters;
  private final ByteBuffer rounded; // or null
  private final ByteBuffer gradients;
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
      Tensor parameters,
      Tensor rounded,
      Tensor gradients,
      Tensor first,
      Tensor second,
      AdamWStep step) {
    this.parameters = parameters.buffer();
    this.rounded = rounded == null ? null : rounded.buffer();
    this.gradients = gradients.buffer();
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

  static void update(
      Workers workers,
      Tensor parameters,
      Tensor rounded,
      Tensor gradients,
      Tensor first,
      Tensor second,
      AdamWStep step) {
    VectorAdamW update = new VectorAdamW(parameters, rounded, gradients, first, second, step);
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
    FloatVector gradient = load(gradients, 4 * i).mul(scale);
    FloatVector m = load(first, 4 * i);
    m = gradient.sub(m).mul(take1).add(m);
    FloatVector v = load(second, 4 * i).mul(keep2).add(gradient.mul(gradient).mul(take2));
    store(m, first, 4 * i);
    store(v, second, 4 * i);
    FloatVector divisor = v.sqrt().div(correction2).add(epsilon);
    FloatVector parameter = load(parameters, 4 * i).mul(kept).sub(m.div(divisor).mul(size));
    store(parameter, parameters, 4 * i);
    if (rounded != null) {
      Bf16.store(parameter, rounded, 2 * i);
    }
  }

  private void one(int i) {
    float gradient = gradients.getFloat(4 * i) * scale;
    float m = first.getFloat(4 * i);
    m = (gradient - m) * take1 + m;
    float v = second.getFloat(4 * i) * keep2 + gradient * gradient * take2;
    first.putFloat(4 * i, m);
    second.putFloat(4 * i, v);
    float divisor = (float) Math.sqrt(v) / correction2 + epsilon;
    float parameter = parameters.getFloat(4 * i) * kept - m / divisor * size;
    parameters.putFloat(4 * i, parameter);
    if (rounded != null) {
      rounded.putShort(2 * i, ElementType.toBf16(parameter));
    }
  }
}
