package parrot.jobs.balance;

import java.util.OptionalDouble;
import parrot.datasets.UsageException;
import parrot.model.config.ParrotConfig;
import parrot.model.layer.Routing;

/**
 * How experts are kept in balance. A violation is how far the most loaded expert is above its fair
 * share: 0 if all loads are equal, 1 if it has twice its share.
 *
 * @param bias what moves the selection bias, if experts are selected
 * @param loss what weighs the balance loss
 * @param zLoss weight of a loss on the size of the router's logits; 0 for none
 * @param variance weight of a loss that parts images by the router's probabilities; 0 for none
 * @param information weight of another; 0 for none
 * @param orthogonality weight of a loss on how alike experts' outputs are; 0 for none
 * @param freezeAfter share of the run after which bias and loss weight stay
 * @param alarm when to warn
 */
public record BalanceConfig(
    Bias bias,
    Loss loss,
    double zLoss,
    double variance,
    double information,
    double orthogonality,
    double freezeAfter,
    Alarm alarm) {
  /** Half of the way, because the router goes on learning. */
  public static final double USUAL_RATE = 0.5;

  /** Excess load stays below about 20 images of a replica's round; preferences show through. */
  public static final double USUAL_PACE = 0.1;

  /** Probabilities are between 0 and 1, so a bias of 0.4 is large. */
  public static final double USUAL_STEP = 0.01;

  /** How many times its first value the loss weight may reach. */
  public static final double USUAL_RISE = 10;

  /** How the driver moves the selection bias after a round. */
  public enum Update {
    /** To the bias that would have balanced the round, part of the way. */
    SOLVE,
    /** By a fixed step against each load. */
    STEP
  }

  /**
   * What moves the selection bias.
   *
   * @param givenRate the part of the way, or the step; empty for {@value #USUAL_RATE} or {@value
   *     #USUAL_STEP}
   * @param givenPace of each replica's own bias within a round, as {@link Routing#biasPace}; empty
   *     for {@value #USUAL_PACE}, or for 0 if the rate is 0
   */
  public record Bias(OptionalDouble givenRate, Update update, OptionalDouble givenPace) {
    public double rate() {
      return givenRate.orElse(update == Update.SOLVE ? USUAL_RATE : USUAL_STEP);
    }

    public double pace() {
      return givenPace.orElse(rate() == 0 ? 0 : USUAL_PACE);
    }
  }

  /**
   * What weighs the balance loss.
   *
   * @param weight at first and at least; 0 for no loss
   * @param maxWeight at most
   * @param targetViolation above which the weight rises and below which it falls
   */
  public record Loss(double weight, double maxWeight, double targetViolation) {}

  /**
   * When to warn.
   *
   * @param violation above which it does
   * @param deadLoad below which part of its fair share an expert is called dead
   */
  public record Alarm(double violation, double deadLoad) {}

  /** Without losses that part images or experts. */
  public BalanceConfig(Bias bias, Loss loss, double zLoss, double freezeAfter, Alarm alarm) {
    this(bias, loss, zLoss, 0, 0, 0, freezeAfter, alarm);
  }

  /**
   * Refuses settings that would have no effect.
   *
   * @param expertsLearn whether the router is trained
   * @throws UsageException naming the key, its value and the remedy
   */
  public void requireFit(ParrotConfig model, boolean expertsLearn) {
    if (!model.experts().used()) {
      refuseBias("absent if use_moe is false: there are no experts");
      refuseLosses("0 if use_moe is false: there are no experts");
    } else if (!model.experts().selected()) {
      refuseBias(
          "absent if every expert computes: moe_top_k is num_experts, "
              + model.experts().count()
              + "; set model.config.moe_top_k to fewer, or balance.loss_weight instead");
    }
    if (orthogonality > 0 && model.experts().used() && model.experts().topK() == 1) {
      throw invalid(
          "balance.orthogonality_loss",
          orthogonality,
          "0 if one expert computes for an image: there is no other output to compare");
    }
    if (!expertsLearn) {
      refuseLosses("0 if experts are not among train: the router does not learn");
    }
  }

  private void refuseBias(String rule) {
    refuse("balance.update_rate", bias.givenRate(), rule);
    refuse("balance.within_round", bias.givenPace(), rule);
  }

  private static void refuse(String key, OptionalDouble given, String rule) {
    if (given.isPresent()) {
      throw invalid(key, given.getAsDouble(), rule);
    }
  }

  private void refuseLosses(String rule) {
    if (loss.weight() > 0) {
      throw invalid("balance.loss_weight", loss.weight(), rule);
    }
    if (zLoss > 0) {
      throw invalid("balance.z_loss", zLoss, rule);
    }
    if (variance > 0) {
      throw invalid("balance.variance_loss", variance, rule);
    }
    if (information > 0) {
      throw invalid("balance.information_loss", information, rule);
    }
    if (orthogonality > 0) {
      throw invalid("balance.orthogonality_loss", orthogonality, rule);
    }
  }

  private static UsageException invalid(String key, double value, String rule) {
    return new UsageException("Invalid " + key + ": " + value + " (must be " + rule + ")");
  }
}
