package parrot.jobs.balance;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How the experts of a round were loaded, in numbers.
 *
 * @param maxViolation of the round
 * @param maxViolationRun of the run so far
 * @param maxViolationWithin largest of the quarters of each replica's round; NaN if unknown
 * @param gini how unequal the loads are, from 0 to 1; NaN if unknown
 * @param leastOverMost the smallest load as a part of the largest; NaN if unknown
 * @param entropy of the router's probabilities in nats, mean over images
 * @param information how much the language says about the expert, from 0 to 1
 * @param zLoss of the router before its weight, mean over images; NaN if it has none
 * @param deadExperts counted from 0
 * @param matrix share of a language's load that each expert got, [E], by language tag
 * @param bias of the next round's selection, [E]; empty if all experts compute
 * @param lossWeight of the next round's balance loss
 */
public record BalanceReport(
    double maxViolation,
    double maxViolationRun,
    double maxViolationWithin,
    double gini,
    double leastOverMost,
    double entropy,
    double information,
    double zLoss,
    List<Integer> deadExperts,
    Map<String, List<Double>> matrix,
    List<Double> bias,
    double lossWeight,
    Verdict verdict) {

  /**
   * Describes a round.
   *
   * @param loads of the round, not empty
   * @param within largest violation of the quarters of each replica's round
   * @param zLoss of the router before its weight, mean over images; NaN if it has none
   * @param after the state that it led to
   */
  public static BalanceReport of(
      ExpertLoads loads, double within, double zLoss, ExpertBalance after, BalanceConfig config) {
    List<Integer> dead = loads.below(config.alarm().deadLoad());
    boolean balanced = dead.isEmpty() && loads.maxViolation() <= config.alarm().violation();
    return new BalanceReport(
        loads.maxViolation(),
        after.maxViolation(),
        within,
        loads.gini(),
        loads.leastOverMost(),
        loads.entropy(),
        loads.information(),
        zLoss,
        dead,
        loads.matrix(),
        after.selectionBias(),
        after.lossWeight(),
        Verdict.of(balanced, loads.information(), loads.evenness()));
  }

  /** The language whose load is spread least evenly over the experts. */
  public String leastEvenLanguage() {
    return matrix.keySet().stream()
        .max(Comparator.comparingDouble(this::maxViolation))
        .orElseThrow();
  }

  /** How far the most loaded expert of a language is above its fair share of that language. */
  public double maxViolation(String language) {
    return ExpertLoads.maxViolation(matrix.get(language));
  }
}
