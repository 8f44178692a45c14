package parrot.jobs.balance;

import java.util.OptionalDouble;
import parrot.datasets.UsageException;
import parrot.model.config.ParrotConfig;

/**
 * How experts are kept in balance. A violation is how far the most loaded expert is above its fair
 * share: 0 where all loads are equal, 1 where it has twice its share.
 *
 * @param updateRate of the selection bias after a round, where experts are selected: the part of
 *     the way to the balancing bias, or the step; empty for {@value #USUAL_RATE} or {@value
 *     #USUAL_STEP}
 * @param solves whether the bias moves to the one that would have balanced the round; else by a
 *     fixed step against the load
 * @param lossWeight of the balance loss, at first and at least; 0 for none
 * @param maxLossWeight at most
 * @param targetViolation above which the loss weight rises and below which it falls
 * @param freezeAfter share of the run after which bias and loss weight stay
 * @param alarmViolation above which a warning is given
 * @param alarmDeadLoad below which part of its fair share an expert is called dead
 */
public record BalanceConfig(
    OptionalDouble updateRate,
    boolean solves,
    double lossWeight,
    double maxLossWeight,
    double targetViolation,
    double freezeAfter,
    double alarmViolation,
    double alarmDeadLoad) {
  /** Half of the way: the router learns meanwhile. */
  public static final double USUAL_RATE = 0.5;

  /** Probabilities are between 0 and 1, so a bias of 0.4 is large. */
  public static final double USUAL_STEP = 0.01;

  /** The rate that selection biases move by. */
  public double rate() {
    return updateRate.orElse(solves ? USUAL_RATE : USUAL_STEP);
  }

  /**
   * Refuses what would steer nothing.
   *
   * @param expertsLearn whether the router is trained
   * @throws UsageException naming the key, its value and the remedy
   */
  public void requireFit(ParrotConfig model, boolean expertsLearn) {
    if (!model.useMoe()) {
      refuseRate("absent where use_moe is false: there are no experts");
      refuseLoss("0 where use_moe is false: there are no experts");
    } else if (!model.selectsExperts()) {
      refuseRate(
          "absent where every expert computes: moe_top_k is num_experts, "
              + model.numExperts()
              + "; set model.config.moe_top_k to fewer, or balance.loss_weight instead");
    }
    if (!expertsLearn) {
      refuseLoss("0 where experts are not among train: the router does not learn");
    }
  }

  private void refuseRate(String rule) {
    if (updateRate.isPresent()) {
      throw invalid("balance.update_rate", updateRate.getAsDouble(), rule);
    }
  }

  private void refuseLoss(String rule) {
    if (lossWeight > 0) {
      throw invalid("balance.loss_weight", lossWeight, rule);
    }
  }

  private static UsageException invalid(String key, double value, String rule) {
    return new UsageException("Invalid " + key + ": " + value + " (must be " + rule + ")");
  }
}
