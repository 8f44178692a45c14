package parrot.model.dl4j;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adam with bias correction, as {@code torch.optim.AdamW} computes it; the decoupled decay itself
 * is DL4J's {@code WeightDecay}, applied after the updater with the learning rate of the step.
 *
 * <p>State of n parameters: n first moments, then n second moments.
 *
 * @param schedule learning rate by step
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the corrected second moment
 */
public record AdamW(
    @JsonProperty("schedule") RateSchedule schedule,
    @JsonProperty("beta1") double beta1,
    @JsonProperty("beta2") double beta2,
    @JsonProperty("epsilon") double epsilon)
    implements IUpdater {

  public AdamW {
    if (!(beta1 >= 0 && beta1 < 1)) {
      throw new IllegalArgumentException("Invalid beta1: " + beta1 + " (must be in [0, 1))");
    }
    if (!(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("Invalid beta2: " + beta2 + " (must be in [0, 1))");
    }
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("Invalid epsilon: " + epsilon + " (must be positive)");
    }
  }

  @Override
  public long stateSize(long parameters) {
    return 2 * parameters;
  }

  @Override
  public GradientUpdater<AdamW> instantiate(INDArray state, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setStateViewArray(state, new long[] {state.length() / 2}, 'c', initialize);
    return updater;
  }

  @Override
  public GradientUpdater<AdamW> instantiate(Map<String, INDArray> state, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setState(state, initialize);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return schedule.valueAt(iteration, epoch);
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
  public AdamW clone() {
    return this;
  }
}
