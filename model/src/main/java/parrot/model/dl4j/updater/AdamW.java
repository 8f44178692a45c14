package parrot.model.dl4j.updater;

import parrot.model.kernel.AdamWStep;

/**
 * Adam with bias correction and decoupled decay, as {@code torch.optim.AdamW} computes it.
 *
 * @param schedule learning rate by step
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the corrected second moment
 * @param decay weight decay
 */
public record AdamW(
    RateSchedule schedule, double beta1, double beta2, double epsilon, double decay) {

  public AdamW {
    if (!(beta1 >= 0 && beta1 < 1)) {
      throw new IllegalArgumentException("Invalid beta1: " + beta1 + " (must be in [0, 1))");
    }
    if (!(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("Invalid beta2: " + beta2 + " (must be in [0, 1))");
    }
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("Invalid epsilon: " + epsilon + " (must be positive)");
    }
  }

  /**
   * The constants of one step.
   *
   * @param iteration steps before this one
   * @param momentsBegan steps before the first that the moments have seen
   * @param gradientScale what gradients are multiplied with first
   */
  public AdamWStep step(int iteration, int epoch, int momentsBegan, double gradientScale) {
    double rate = schedule.valueAt(iteration, epoch);
    long seen = iteration + 1L - momentsBegan;
    return new AdamWStep(rate, beta1, beta2, epsilon, decay, seen, gradientScale);
  }
}
