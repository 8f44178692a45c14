package parrot.model.layer;

import java.util.Arrays;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/**
 * What adapters drop of their inputs in a step of training. Nothing is drawn: step, batch, layer
 * and place decide, so that a pass computed again and a run that was resumed drop the same values.
 */
public final class Dropout {
  private boolean on;
  private long seed;

  /**
   * Begins a step of training.
   *
   * @param step of the run
   * @param tokens of the batch; the order of a run's batches depends on its seed
   */
  public void start(long step, int[] tokens) {
    on = true;
    seed = 0x9e3779b97f4a7c15L * step + Arrays.hashCode(tokens);
  }

  /** Ends the step: outside of steps nothing is dropped. */
  public void stop() {
    on = false;
  }

  boolean isOn() {
    return on;
  }

  /** Drops values of {@code x} for a layer; {@code y} may be {@code x}. */
  void drop(Kernels kernels, Tensor y, Tensor x, double share, String layer) {
    kernels.drop(y, x, share, seed ^ (long) layer.hashCode() << 32);
  }
}
