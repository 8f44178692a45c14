package parrot.model.dl4j.updater;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * How DL4J has parameters updated. DL4J updates in two passes: an updater turns gradients into
 * steps, and the optimizer subtracts them. Here the updater does both at once, and {@link
 * AppliedAlready} keeps the optimizer from subtracting again.
 *
 * <p>Never serialized: each graph makes its own from its vertex' configuration.
 *
 * @param parameters that are updated, all in one pass
 */
public record InPlace(InPlaceParameters parameters) implements IUpdater {
  private static final int MOMENTS = 2;

  @Override
  public long stateSize(long count) {
    return MOMENTS * count;
  }

  @Override
  public InPlaceUpdater instantiate(INDArray state, boolean initialize) {
    return instantiate(Map.of("moments", state), initialize);
  }

  @Override
  public InPlaceUpdater instantiate(Map<String, INDArray> state, boolean initialize) {
    InPlaceUpdater updater = new InPlaceUpdater(this);
    updater.setState(state, initialize);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return Double.NaN; // parts have rates of their own
  }

  @Override
  public boolean hasLearningRate() {
    return false;
  }

  @Override
  public void setLrAndSchedule(double rate, ISchedule ignored) {
    throw new UnsupportedOperationException(
        "Cannot set the learning rate: it is part of the vertex' configuration");
  }

  @Override
  public InPlace clone() {
    return this;
  }
}
