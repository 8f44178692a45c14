package parrot.model.network;

import java.util.Arrays;
import java.util.function.Supplier;
import parrot.model.kernel.Readout;
import parrot.model.layer.Experts;
import parrot.model.tensor.Tensor;

/** What is asked of a step, and the result that its answers make. */
final class StepReading {
  private final int samples;
  private final SequenceLayout layout;
  private final Experts experts;
  private final Supplier<float[]> losses;
  private final Supplier<float[][]> weights;
  private final Supplier<float[][]> probabilities;

  /**
   * @param losses of the supervised tokens; null if there are none
   * @param experts null if nothing was routed
   */
  StepReading(Readout readout, int samples, SequenceLayout layout, Tensor losses, Experts experts) {
    this.samples = samples;
    this.layout = layout;
    this.experts = experts;
    this.losses = losses == null ? () -> new float[0] : readout.values(losses);
    weights = experts == null ? () -> new float[0][] : rows(readout, experts.routing());
    probabilities = experts == null ? () -> new float[0][] : rows(readout, experts.probabilities());
  }

  private static Supplier<float[][]> rows(Readout readout, Tensor matrix) {
    Supplier<float[]> values = readout.values(matrix);
    return () -> rows(values.get(), matrix.columns());
  }

  /** A matrix by rows, read at once. */
  static float[][] rows(Tensor matrix) {
    return rows(matrix.toArray(), matrix.columns());
  }

  private static float[][] rows(float[] values, int columns) {
    float[][] rows = new float[values.length / columns][];
    Arrays.setAll(rows, row -> Arrays.copyOfRange(values, row * columns, (row + 1) * columns));
    return rows;
  }

  /** Once all is read. */
  StepResult result() {
    double[] sampleLoss = new double[samples];
    int[] sampleTokens = new int[samples];
    int next = 0;
    for (float loss : losses.get()) {
      int sample = layout.supervisedSamples()[next++];
      sampleLoss[sample] += loss;
      sampleTokens[sample]++;
    }
    return new StepResult(
        sampleLoss,
        sampleTokens,
        weights.get(),
        probabilities.get(),
        experts == null ? new float[0] : experts.logSums(),
        experts == null ? new float[0] : experts.overlaps(),
        experts == null ? new int[0][] : experts.selected());
  }
}
