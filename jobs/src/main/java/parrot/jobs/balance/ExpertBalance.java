package parrot.jobs.balance;

import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import parrot.model.config.ParrotConfig;
import parrot.model.layer.Routing;

/**
 * How the experts of a run are steered: a part of its state, stored in checkpoints and given to
 * replicas before each round. If experts are selected, a bias for each moves against its load; the
 * balance loss gets the loads of all replicas (arXiv 2501.11873) and as much weight as it needs.
 *
 * <p>Rounds are few, because each has many steps. So within a round, each replica has a bias of its
 * own that follows its loads, see {@link Routing#biasPace}. Models are measured with a bias that
 * stays, which needs more care: after the round it moves a part of the way to that which would have
 * balanced the images of all replicas, see {@link BalancingBias}; or, as in DeepSeek-V3 (arXiv
 * 2412.19437), it is what replicas have come to, and a fixed step against each load.
 *
 * @param selectionBias added to the router's probabilities to select experts, mean 0, [E]; empty if
 *     all compute
 * @param lossWeight of the balance loss in the next round
 * @param load share of the last round's load by expert, [E]; empty before the first
 * @param runLoad load of the whole run by expert, [E]; empty before the first round
 */
public record ExpertBalance(
    List<Double> selectionBias, double lossWeight, List<Double> load, List<Double> runLoad) {
  /** Of a model whose experts are not steered. */
  public static final ExpertBalance NONE = new ExpertBalance(List.of(), 0, List.of(), List.of());

  private static final double LOSS_STEP = 1.25;

  public ExpertBalance {
    selectionBias = List.copyOf(selectionBias);
    load = List.copyOf(load);
    runLoad = List.copyOf(runLoad);
  }

  /** Before the first round; a model that was trained with a bias goes on with it. */
  public static ExpertBalance start(ParrotConfig model, BalanceConfig config) {
    if (!model.experts().used()) {
      return NONE;
    }
    List<Double> bias = model.experts().selectionBias();
    if (model.experts().selected() && bias.isEmpty()) {
      bias = Collections.nCopies(model.experts().count(), 0.0);
    }
    return new ExpertBalance(bias, config.loss().weight(), List.of(), List.of());
  }

  /**
   * After a round.
   *
   * @param loads of all replicas together; if empty, nothing changes
   * @param reached bias that replicas have come to in the round, in the mean, [E]
   * @param progress share of the run that is done, the round included
   */
  public ExpertBalance after(
      ExpertLoads loads, List<Double> reached, BalanceConfig config, double progress) {
    if (loads.isEmpty()) {
      return this;
    }
    List<Double> shares = ExpertLoads.shares(loads.sums());
    List<Double> sums = ExpertLoads.add(runLoad, loads.sums());
    if (progress > config.freezeAfter()) {
      return new ExpertBalance(selectionBias, lossWeight, shares, sums);
    }
    return new ExpertBalance(
        moved(loads, reached, shares, config), steered(loads.maxViolation(), config), shares, sums);
  }

  private List<Double> moved(
      ExpertLoads loads, List<Double> reached, List<Double> shares, BalanceConfig config) {
    double rate = config.bias().rate();
    if (selectionBias.isEmpty()) {
      return List.of();
    }
    if (config.bias().update() == BalanceConfig.Update.SOLVE) {
      double[] bias = selectionBias.stream().mapToDouble(value -> value).toArray();
      double[] balancing = BalancingBias.solve(bias, loads.recent(), loads.choices());
      return sum(selectionBias, i -> rate * (balancing[i] - bias[i]));
    }
    double fair = 1.0 / shares.size();
    return sum(reached, i -> rate * Math.signum(fair - shares.get(i)));
  }

  /** The bias after moves, centred again. */
  private static List<Double> sum(List<Double> bias, IntToDoubleFunction move) {
    List<Double> moved =
        IntStream.range(0, bias.size()).mapToObj(i -> bias.get(i) + move.applyAsDouble(i)).toList();
    double mean = moved.stream().mapToDouble(value -> value).average().orElse(0);
    return moved.stream().map(value -> value - mean).toList();
  }

  private double steered(double violation, BalanceConfig config) {
    double next =
        violation > config.loss().targetViolation()
            ? lossWeight * LOSS_STEP
            : lossWeight / LOSS_STEP;
    return Math.min(config.loss().maxWeight(), Math.max(config.loss().weight(), next));
  }

  /**
   * What replicas get for the next round.
   *
   * @param progress share of the run that is done after that round
   */
  public Routing routing(BalanceConfig config, double progress) {
    double pace =
        selectionBias.isEmpty() || progress > config.freezeAfter() ? 0 : config.bias().pace();
    return new Routing(
        selectionBias,
        lossWeight,
        load,
        pace,
        config.zLoss(),
        config.variance(),
        config.information(),
        config.orthogonality(),
        false);
  }

  /** What models are measured with. */
  public Routing still() {
    return new Routing(selectionBias, lossWeight, load, 0, 0);
  }

  /** How far the most loaded expert is above its fair share over the whole run. */
  public double maxViolation() {
    return ExpertLoads.maxViolation(runLoad);
  }
}
