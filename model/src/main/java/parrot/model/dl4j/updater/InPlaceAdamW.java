package parrot.model.dl4j.updater;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import parrot.model.dl4j.ParrotGraphVertex;

/**
 * {@link AdamW} as DL4J's updater of a vertex' parameters. DL4J updates in two passes: an updater
 * turns gradients into steps, and the optimizer subtracts them. Here the updater does both at once,
 * and {@link AppliedAlready} keeps the optimizer from subtracting again.
 *
 * <p>State of n parameters: n first moments, then n second moments. Never serialized: each graph
 * makes its own from its vertex' configuration.
 */
public record InPlaceAdamW(AdamW config, ParrotGraphVertex vertex) implements IUpdater {

  @Override
  public long stateSize(long parameters) {
    return 2 * parameters;
  }

  @Override
  public GradientUpdater<InPlaceAdamW> instantiate(INDArray state, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setStateViewArray(state, new long[] {state.length() / 2}, 'c', initialize);
    return updater;
  }

  @Override
  public GradientUpdater<InPlaceAdamW> instantiate(
      Map<String, INDArray> state, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setState(state, initialize);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return config.schedule().valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double rate, ISchedule ignored) {
    throw new UnsupportedOperationException(
        "Cannot set the learning rate of AdamW: it is part of its configuration");
  }

  @Override
  public InPlaceAdamW clone() {
    return this;
  }

  /** By the vertex' identity: a vertex has one graph. */
  @Override
  public boolean equals(Object other) {
    return other instanceof InPlaceAdamW updater
        && vertex == updater.vertex
        && config.equals(updater.config);
  }

  @Override
  public int hashCode() {
    return config.hashCode();
  }
}
