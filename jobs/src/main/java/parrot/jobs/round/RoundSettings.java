package parrot.jobs.round;

import java.util.List;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.state.ExpertRange;
import parrot.jobs.state.Kept;
import parrot.jobs.state.ReplicaWeights;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;
import parrot.model.network.Parameter;

/**
 * What all rounds of a run have in common.
 *
 * @param parameters trained tensors in the order of the state
 * @param averaging how replicas are merged
 */
public record RoundSettings(
    NetworkSpec network,
    OptimizerSpec optimizer,
    List<Parameter> parameters,
    TrainConfig.AveragingChoice averaging) {

  private static final int MOMENTS = 2;

  public StateLayout layout() {
    long values = parameters.stream().mapToLong(Parameter::size).sum();
    if (averaging.updaterState() == TrainConfig.UpdaterState.RESET) {
      return new StateLayout(values, 0);
    }
    return averaging.clocks().keepsLocal() || averaging.overlap() > 0
        ? StateLayout.ofBlocks(values, ParrotGraph.momentBlocks(optimizer, parameters))
        : new StateLayout(values, MOMENTS * values);
  }

  /**
   * What each replica keeps for itself from a round to the next.
   *
   * @param round counted from 1; 0 for the start
   */
  public Kept kept(int round) {
    StateLayout layout = layout();
    return new Kept(
        layout,
        averaging.exchange().keepsResidual(),
        averaging.clocks().local(layout, round),
        averaging.overlap() > 0 && round > 0);
  }

  /**
   * @param outer the round's step
   */
  ReplicaWeights weights(OuterStep outer) {
    return new ReplicaWeights(
        new Averaging(averaging.exchange(), outer),
        averaging.expertWeights() == TrainConfig.ExpertWeights.LOAD
            ? ExpertRange.of(parameters)
            : List.of());
  }
}
