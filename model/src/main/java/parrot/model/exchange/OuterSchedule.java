package parrot.model.exchange;

import java.io.Serializable;

/**
 * The outer step over a run.
 *
 * <p>Momentum starts at 0, so that the first steps are shorter than later ones: after t rounds, the
 * differences of all rounds weigh {@code learningRate * (1 - momentum^(t + 1)) / (1 - momentum)} in
 * a step. Corrected, they weigh as much in every round as in the end, {@code learningRate / (1 -
 * momentum)}, as Adam corrects its moments (arXiv 1412.6980).
 *
 * @param step of the rounds with momentum
 * @param corrected whether first steps are as long as later ones
 * @param momentumUntil share of the run after which the next state is the mean itself
 */
public record OuterSchedule(OuterStep step, boolean corrected, double momentumUntil)
    implements Serializable {
  /** The mean itself in every round. */
  public static final OuterSchedule AVERAGE = constant(OuterStep.AVERAGE);

  /** The same step in every round. */
  public static OuterSchedule constant(OuterStep step) {
    return new OuterSchedule(step, false, 1);
  }

  /** Whether an outer momentum is part of the state. */
  public boolean hasMomentum() {
    return step.hasMomentum();
  }

  /**
   * The step of a round.
   *
   * @param round counted from 1
   * @param progress share of the run that is done after the round
   */
  public OuterStep at(int round, double progress) {
    if (progress > momentumUntil) {
      return OuterStep.AVERAGE;
    }
    return corrected
        ? new OuterStep(
            step.learningRate() / (1 - Math.pow(step.momentum(), round + 1)), step.momentum())
        : step;
  }
}
