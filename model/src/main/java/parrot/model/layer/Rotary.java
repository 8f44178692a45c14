package parrot.model.layer;

import parrot.model.config.RotaryConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Tables of the rotary position embedding, grown to the longest sequence seen. */
final class Rotary {
  private final int headSize;
  private final RotaryConfig config;
  private Tensor cosine; // (positions, headSize / 2)
  private Tensor sine; // (positions, headSize / 2)

  Rotary(int headSize, RotaryConfig config) {
    this.headSize = headSize;
    this.config = config;
  }

  void rotate(Kernels kernels, Tensor x, int[] positions, boolean inverse) {
    kernels.rotate(x, cosine, sine, positions, headSize, inverse);
  }

  /** Makes the tables reach {@code positions} positions, in the kernels' memory. */
  void reach(Memory memory, int positions) {
    if (cosine != null && cosine.rows() >= positions) {
      return;
    }
    int count = Math.max(256, Integer.highestOneBit(Math.max(1, positions - 1)) * 2);
    int half = headSize / 2;
    float[] cos = new float[count * half];
    float[] sin = new float[count * half];
    float[] frequencies = config.frequencies(headSize);
    float scale = config.attention();
    for (int j = 0; j < half; j++) {
      for (int position = 0; position < count; position++) {
        // Angles are computed in float32, as the published code does.
        float angle = position * frequencies[j];
        cos[position * half + j] = (float) Math.cos(angle) * scale;
        sin[position * half + j] = (float) Math.sin(angle) * scale;
      }
    }
    cosine = Tensor.of(count, half, cos).in(memory);
    sine = Tensor.of(count, half, sin).in(memory);
  }
}
