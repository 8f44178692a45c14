package parrot.model.dl4j.updater;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;

/** The moments of one contiguous block of parameters that share an {@link AdamW}. */
public final class AdamWUpdater implements GradientUpdater<AdamW> {
  private static final String FIRST = "M";
  private static final String SECOND = "V";

  private final AdamW config;
  private INDArray first; // [n]
  private INDArray second; // [n]

  AdamWUpdater(AdamW config) {
    this.config = config;
  }

  @Override
  public AdamW getConfig() {
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
    first = flat.get(NDArrayIndex.interval(0, half));
    second = flat.get(NDArrayIndex.interval(half, 2 * half));
  }

  /** Updates the parameters that these gradients belong to. */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    if (gradient.length() != first.length()) {
      throw new IllegalArgumentException(
          "Cannot update " + gradient.length() + " parameters: the state is for " + first.length());
    }
    config.parameters().update(config, gradient, first, second, iteration, epoch);
  }
}
