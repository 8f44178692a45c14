package parrot.jobs.round;

import java.util.List;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.state.ExpertRange;
import parrot.jobs.state.ReplicaWeights;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.exchange.Averaging;
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
    return new StateLayout(
        values,
        averaging.updaterState() == TrainConfig.UpdaterState.AVERAGE ? MOMENTS * values : 0);
  }

  ReplicaWeights weights() {
    return new ReplicaWeights(
        new Averaging(averaging.exchange(), averaging.outer()),
        averaging.expertWeights() == TrainConfig.ExpertWeights.LOAD
            ? ExpertRange.of(parameters)
            : List.of());
  }
}
