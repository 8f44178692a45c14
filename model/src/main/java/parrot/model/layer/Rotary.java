package parrot.model.layer;

import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/** Tables of the rotary position embedding, grown to the longest sequence seen. */
final class Rotary {
  private final int headSize;
  private final double theta;
  private Tensor cosine; // (positions, headSize / 2)
  private Tensor sine; // (positions, headSize / 2)

  Rotary(int headSize, double theta) {
    this.headSize = headSize;
    this.theta = theta;
  }

  void rotate(Kernels kernels, Tensor x, int[] positions, boolean inverse) {
    kernels.rotate(x, cosine, sine, positions, headSize, inverse);
  }

  /** Makes the tables reach {@code positions} positions. */
  void reach(int positions) {
    if (cosine != null && cosine.rows() >= positions) {
      return;
    }
    int count = Math.max(256, Integer.highestOneBit(Math.max(1, positions - 1)) * 2);
    int half = headSize / 2;
    float[] cos = new float[count * half];
    float[] sin = new float[count * half];
    for (int j = 0; j < half; j++) {
      // Angles are computed in float32, as the published code does.
      float frequency = (float) (1 / Math.pow(theta, (float) (2 * j) / headSize));
      for (int position = 0; position < count; position++) {
        float angle = position * frequency;
        cos[position * half + j] = (float) Math.cos(angle);
        sin[position * half + j] = (float) Math.sin(angle);
      }
    }
    cosine = Tensor.of(count, half, cos);
    sine = Tensor.of(count, half, sin);
  }
}
