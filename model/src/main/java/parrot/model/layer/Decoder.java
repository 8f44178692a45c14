package parrot.model.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/** The decoder between the spliced embeddings and the last norm. */
public final class Decoder {
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final ParrotConfig config;
  private final Rotary rotary;

  private Segments segments;
  private int[] positions;

  public Decoder(WeightFactory weights, ParrotConfig config) {
    this.config = config;
    rotary = new Rotary(config.hiddenSize() / config.numAttentionHeads(), config.ropeTheta());
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      blocks.add(new DecoderBlock(weights, config, layer));
    }
  }

  /**
   * Runs whole samples.
   *
   * @param x (N, D), not kept unchanged
   * @param boundaries row boundaries of the samples, B + 1
   * @return (N, D), before the last norm
   */
  public Tensor forward(Kernels kernels, Arena arena, Tensor x, int[] boundaries) {
    positions = new int[x.rows()];
    for (int sample = 0; sample + 1 < boundaries.length; sample++) {
      for (int row = boundaries[sample]; row < boundaries[sample + 1]; row++) {
        positions[row] = row - boundaries[sample];
      }
    }
    segments = segments(boundaries, boundaries);
    return run(kernels, arena, x, null);
  }

  /**
   * Continues one sample.
   *
   * @param x (n, D), the embeddings behind what the cache holds
   */
  public Tensor forward(Kernels kernels, Arena arena, Tensor x, KeyValueCache cache) {
    int n = x.rows();
    positions = new int[n];
    Arrays.setAll(positions, row -> cache.length() + row);
    segments = segments(new int[] {0, n}, new int[] {0, cache.length() + n});
    Tensor y = run(kernels, arena, x, cache);
    cache.advance(n);
    return y;
  }

  /** Turns the gradient of the output into that of the input, in place: (N, D). */
  public void backward(Kernels kernels, Arena arena, Tensor dx) {
    for (int layer = blocks.size() - 1; layer >= 0; layer--) {
      blocks.get(layer).backward(kernels, arena, dx, segments, positions, rotary);
    }
  }

  private Tensor run(Kernels kernels, Arena arena, Tensor x, KeyValueCache cache) {
    rotary.reach(Arrays.stream(positions).max().orElse(0) + 1);
    for (DecoderBlock block : blocks) {
      x = block.forward(kernels, arena, x, segments, positions, rotary, cache);
    }
    return x;
  }

  private Segments segments(int[] queries, int[] keys) {
    int heads = config.numAttentionHeads();
    return new Segments(
        queries, keys, heads, config.numKeyValueHeads(), config.hiddenSize() / heads, true);
  }
}
