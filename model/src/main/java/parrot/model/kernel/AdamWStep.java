package parrot.model.kernel;

/**
 * The constants of one AdamW step, as {@code torch.optim.AdamW} has them.
 *
 * @param rate learning rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the corrected second moment
 * @param decay weight decay, decoupled: parameters shrink by {@code rate * decay}
 * @param step number of this step, from 1
 * @param gradientScale what gradients are multiplied with first; 1 unless they are clipped
 */
public record AdamWStep(
    double rate,
    double beta1,
    double beta2,
    double epsilon,
    double decay,
    long step,
    double gradientScale) {

  /** The rate, corrected for the first moment's start at 0. */
  public double correctedRate() {
    return rate / (1 - Math.pow(beta1, step));
  }

  /** What the root of the second moment is divided by. */
  public double correction2() {
    return Math.sqrt(1 - Math.pow(beta2, step));
  }

  /** What is left of a parameter after its decay. */
  public double kept() {
    return 1 - rate * decay;
  }
}
