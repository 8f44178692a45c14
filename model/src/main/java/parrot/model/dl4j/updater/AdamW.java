package parrot.model.dl4j.updater;

import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import parrot.model.kernel.AdamWStep;

/**
 * Adam with bias correction and decoupled decay, as {@code torch.optim.AdamW} computes it. DL4J
 * updates in two passes: an updater turns gradients into steps, and the optimizer subtracts them.
 * Here the updater does both at once, and {@link AppliedAlready} keeps the optimizer from
 * subtracting again.
 *
 * <p>State of n parameters: n first moments, then n second moments. Never serialized: each graph
 * makes its own from its vertex' configuration.
 *
 * @param schedule learning rate by step
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the corrected second moment
 * @param decay weight decay
 * @param parameters that are updated
 */
public record AdamW(
    RateSchedule schedule,
    double beta1,
    double beta2,
    double epsilon,
    double decay,
    InPlaceParameters parameters)
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

  /**
   * The constants of one step.
   *
   * @param iteration steps before this one
   * @param momentsBegan steps before the first that the moments have seen
   * @param gradientScale what gradients are multiplied with first
   */
  public AdamWStep step(int iteration, int epoch, int momentsBegan, double gradientScale) {
    double rate = schedule.valueAt(iteration, epoch);
    long seen = iteration + 1L - momentsBegan;
    return new AdamWStep(rate, beta1, beta2, epsilon, decay, seen, gradientScale);
  }

  @Override
  public long stateSize(long count) {
    return 2 * count;
  }

  @Override
  public AdamWUpdater instantiate(INDArray state, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setStateViewArray(state, new long[] {state.length() / 2}, 'c', initialize);
    return updater;
  }

  @Override
  public AdamWUpdater instantiate(Map<String, INDArray> state, boolean initialize) {
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

  /** DL4J updates neighbours with equal updaters in one pass, so parameters count by identity. */
  @Override
  public boolean equals(Object other) {
    return other instanceof AdamW adamW
        && parameters == adamW.parameters
        && settings().equals(adamW.settings());
  }

  @Override
  public int hashCode() {
    return settings().hashCode();
  }

  private List<Object> settings() {
    return List.of(schedule, beta1, beta2, epsilon, decay);
  }
}
