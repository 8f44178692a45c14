package parrot.model.exchange;

import java.io.Serializable;

/**
 * What becomes of the parameters after the replicas' mean is known. With {@code g = before - mean}
 * and momentum {@code v = momentum * v + g} the step is {@code learningRate * (g + momentum * v)},
 * as DiLoCo takes it (arXiv 2311.08105, Nesterov). A learning rate of 1 without momentum is the
 * mean itself, bit for bit.
 *
 * @param learningRate 0.7 is usual with momentum
 * @param momentum 0 for none, 0.9 is usual
 */
public record OuterStep(double learningRate, double momentum) implements Serializable {
  /** The mean itself. */
  public static final OuterStep AVERAGE = new OuterStep(1, 0);

  boolean isMean() {
    return equals(AVERAGE);
  }

  /** Whether an outer momentum is part of the state. */
  public boolean hasMomentum() {
    return momentum != 0;
  }

  /**
   * Turns the mean into the new parameters, in place.
   *
   * @param mean of the replicas
   * @param before the round
   * @param outerMomentum changed in place; null without momentum
   */
  void apply(float[] mean, float[] before, float[] outerMomentum) {
    float rate = (float) learningRate;
    float friction = (float) momentum;
    for (int i = 0; i < mean.length; i++) {
      float g = before[i] - mean[i];
      float step;
      if (outerMomentum == null) {
        step = rate * g;
      } else {
        float v = friction * outerMomentum[i] + g;
        outerMomentum[i] = v;
        step = rate * (g + friction * v);
      }
      // Not before - step: a step of g is the mean, without rounding.
      mean[i] += g - step;
    }
  }
}
