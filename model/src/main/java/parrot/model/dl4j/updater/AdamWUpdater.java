package parrot.model.dl4j.updater;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import parrot.model.dl4j.FlatVectors;

/** The moments of one run of parameters that share an {@link AdamW}. */
final class AdamWUpdater implements GradientUpdater<InPlaceAdamW> {
  private static final String FIRST = "M";
  private static final String SECOND = "V";

  private final InPlaceAdamW config;
  private INDArray first; // [n]
  private INDArray second; // [n]

  AdamWUpdater(InPlaceAdamW config) {
    this.config = config;
  }

  @Override
  public InPlaceAdamW getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialize) {
    first = state.get(FIRST);
    second = state.get(SECOND);
    if (initialize) {
      first.assign(0);
      second.assign(0);
    }
  }

  @Override
  public Map<String, INDArray> getState() {
    Map<String, INDArray> state = new HashMap<>();
    state.put(FIRST, first);
    state.put(SECOND, second);
    return state;
  }

  @Override
  public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
    INDArray flat = view.reshape(view.length());
    long half = flat.length() / 2;
    if (initialize) {
      flat.assign(0);
    }
    first = FlatVectors.interval(flat, 0, half);
    second = FlatVectors.interval(flat, half, 2 * half);
  }

  /** Updates the parameters that this part of the vertex' gradients belongs to. */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    if (gradient.length() != first.length()) {
      throw new IllegalArgumentException(
          "Cannot update " + gradient.length() + " parameters: the state is for " + first.length());
    }
    config.vertex().update(config.config(), gradient, first, second, iteration, epoch);
  }
}
