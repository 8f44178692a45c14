package parrot.model.dl4j.updater;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;

/** The moments that DL4J holds of {@link InPlaceParameters}. */
public final class InPlaceUpdater implements GradientUpdater<InPlace> {
  private static final String MOMENTS = "moments";

  private final InPlace config;
  private INDArray moments;

  InPlaceUpdater(InPlace config) {
    this.config = config;
  }

  @Override
  public InPlace getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialize) {
    moments = state.get(MOMENTS);
    if (initialize) {
      moments.assign(0);
    }
  }

  @Override
  public Map<String, INDArray> getState() {
    return Map.of(MOMENTS, moments);
  }

  @Override
  public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
    setState(Map.of(MOMENTS, view), initialize);
  }

  /** Updates all parameters. */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    if (config.stateSize(gradient.length()) != moments.length()) {
      throw new IllegalArgumentException(
          "Cannot update "
              + gradient.length()
              + " parameters: the state is for "
              + moments.length() / 2);
    }
    config.parameters().update(iteration, epoch);
  }
}
