package parrot.jobs.balance;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import parrot.model.config.ParrotConfig;
import parrot.model.layer.Routing;

/**
 * How the experts of a run are steered: a part of its state, in checkpoints and in what replicas
 * begin a round with. Where experts are selected, a bias for each moves against its load, whatever
 * the size of the difference (DeepSeek-V3, arXiv 2412.19437); the balance loss gets the loads of
 * all replicas (arXiv 2501.11873) and as much weight as it needs.
 *
 * <p>A round has many steps, so there are few of them, and a router's probabilities may lie a
 * thousandth apart or be near 0 and 1. Where steps adapt, one that goes on in its direction grows
 * by a fifth and one that turns is halved, as in RPROP: large enough to leave a collapse, small
 * enough to come to rest.
 *
 * @param selectionBias added to the router's probabilities where experts are selected, mean 0, [E];
 *     empty where all compute
 * @param moves by which the bias moved last, before it was centred, [E]; empty before it did
 * @param lossWeight of the balance loss in the next round
 * @param load share of the last round's load by expert, [E]; empty before there was one
 * @param runLoad load of the whole run by expert, [E]; empty before there was one
 */
public record ExpertBalance(
    List<Double> selectionBias,
    List<Double> moves,
    double lossWeight,
    List<Double> load,
    List<Double> runLoad) {
  /** Of a model whose experts are not steered. */
  public static final ExpertBalance NONE =
      new ExpertBalance(List.of(), List.of(), 0, List.of(), List.of());

  private static final double LOSS_STEP = 1.25;
  private static final double GROWTH = 1.2;
  private static final double SHRINKAGE = 0.5;

  /** Of an adapting step over the rate, and of the rate over it. */
  private static final double RANGE = 50;

  public ExpertBalance {
    selectionBias = List.copyOf(selectionBias);
    moves = List.copyOf(moves);
    load = List.copyOf(load);
    runLoad = List.copyOf(runLoad);
  }

  /** Before the first round; a model that was trained with a bias goes on with it. */
  public static ExpertBalance start(ParrotConfig model, BalanceConfig config) {
    if (!model.useMoe()) {
      return NONE;
    }
    List<Double> bias = model.moeSelectionBias();
    if (model.selectsExperts() && bias.isEmpty()) {
      bias = Collections.nCopies(model.numExperts(), 0.0);
    }
    return new ExpertBalance(bias, List.of(), config.lossWeight(), List.of(), List.of());
  }

  /**
   * After a round.
   *
   * @param loads of all replicas together; where there are none, nothing changes
   * @param progress share of the run that is done, the round included
   */
  public ExpertBalance after(ExpertLoads loads, BalanceConfig config, double progress) {
    if (loads.isEmpty()) {
      return this;
    }
    List<Double> shares = ExpertLoads.shares(loads.sums());
    List<Double> sums = ExpertLoads.add(runLoad, loads.sums());
    if (progress > config.freezeAfter()) {
      return new ExpertBalance(selectionBias, moves, lossWeight, shares, sums);
    }
    List<Double> next = selectionBias.isEmpty() ? List.of() : moves(shares, config);
    return new ExpertBalance(
        moved(next), next, steered(loads.maxViolation(), config), shares, sums);
  }

  private List<Double> moves(List<Double> shares, BalanceConfig config) {
    double fair = 1.0 / shares.size();
    return IntStream.range(0, shares.size())
        .mapToObj(
            i -> {
              double last = moves.isEmpty() ? 0 : moves.get(i);
              return step(last, Math.signum(fair - shares.get(i)), config);
            })
        .toList();
  }

  private static double step(double last, double direction, BalanceConfig config) {
    double rate = config.rate();
    if (!config.adaptive() || last == 0) {
      return rate * direction;
    }
    double size = Math.abs(last) * (last * direction > 0 ? GROWTH : SHRINKAGE);
    return Math.min(rate * RANGE, Math.max(rate / RANGE, size)) * direction;
  }

  /** The bias after these moves, centred again. */
  private List<Double> moved(List<Double> by) {
    List<Double> moved =
        IntStream.range(0, by.size()).mapToObj(i -> selectionBias.get(i) + by.get(i)).toList();
    double mean = moved.stream().mapToDouble(bias -> bias).average().orElse(0);
    return moved.stream().map(bias -> bias - mean).toList();
  }

  private double steered(double violation, BalanceConfig config) {
    double next =
        violation > config.targetViolation() ? lossWeight * LOSS_STEP : lossWeight / LOSS_STEP;
    return Math.min(config.maxLossWeight(), Math.max(config.lossWeight(), next));
  }

  /** What replicas get for the next round. */
  public Routing routing() {
    return new Routing(selectionBias, lossWeight, load);
  }

  /** How far the most loaded expert is above its fair share over the whole run. */
  public double maxViolation() {
    return ExpertLoads.maxViolation(runLoad);
  }
}
