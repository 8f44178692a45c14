package parrot.model.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import parrot.model.config.DecoderConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/** The decoder between the spliced embeddings and the last norm. */
public final class Decoder {
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final AttentionRows.Heads heads;
  private final Rotary rotary;

  private AttentionRows all;
  private AttentionRows read;
  private boolean recompute;
  private final List<Tensor> inputs = new ArrayList<>(); // of each block, (N, D); to recompute

  public Decoder(WeightFactory weights, DecoderConfig config) {
    heads =
        new AttentionRows.Heads(
            config.numAttentionHeads(), config.numKeyValueHeads(), config.headSize());
    rotary = new Rotary(config.headSize(), config.rotary());
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      blocks.add(new DecoderBlock(weights, config, layer));
    }
  }

  /** What to keep of a forward pass. */
  public enum Keep {
    /** Nothing: no backward pass follows. */
    NOTHING,
    /** The input of each layer; the backward pass computes the rest again. */
    INPUTS,
    /** All that the backward pass needs. */
    ALL
  }

  /**
   * Runs whole samples.
   *
   * @param x (N, D), not kept unchanged
   * @param boundaries row boundaries of the samples, B + 1
   * @param rows that are read of the output, ascending, M; null for all
   * @return (M, D), before the last norm
   */
  public Tensor forward(
      Kernels kernels, Arena arena, Tensor x, int[] boundaries, int[] rows, Keep keep) {
    choose(boundaries, new int[boundaries.length - 1], rows);
    return run(kernels, arena, x, List.of(), keep);
  }

  /**
   * Continues one sample by several tokens.
   *
   * @param x (n, D), the embeddings behind what the cache holds
   * @return (1, D), the last row, before the last norm
   */
  public Tensor forward(Kernels kernels, Arena arena, Tensor x, KeyValueCache cache) {
    int n = x.rows();
    choose(new int[] {0, n}, new int[] {cache.length()}, n == 1 ? null : new int[] {n - 1});
    Tensor y = run(kernels, arena, x, List.of(cache), Keep.NOTHING);
    cache.advance(n);
    return y;
  }

  /**
   * Continues each of some samples by one token.
   *
   * @param kernels whose products go {@linkplain Kernels#byRow by row} if no bit of a sample may
   *     depend on the others
   * @param x (B, D), the embedding behind what each cache holds
   * @param caches of the samples, B
   * @return (B, D), before the last norm
   */
  public Tensor step(Kernels kernels, Arena arena, Tensor x, List<KeyValueCache> caches) {
    int[] boundaries = IntStream.rangeClosed(0, caches.size()).toArray();
    choose(boundaries, caches.stream().mapToInt(KeyValueCache::length).toArray(), null);
    Tensor y = run(kernels, arena, x, caches, Keep.NOTHING);
    caches.forEach(cache -> cache.advance(1));
    return y;
  }

  private void choose(int[] boundaries, int[] past, int[] rows) {
    all = AttentionRows.all(boundaries, past, heads);
    read = rows == null ? all : AttentionRows.some(all, rows, boundaries, heads);
  }

  private Tensor run(
      Kernels kernels, Arena arena, Tensor x, List<KeyValueCache> caches, Keep keep) {
    rotary.reach(kernels.memory(), Arrays.stream(all.keyPositions()).max().orElse(0) + 1);
    recompute = keep == Keep.INPUTS;
    inputs.clear();
    for (int layer = 0; layer < blocks.size(); layer++) {
      if (recompute) {
        Tensor input = arena.take(x.rows(), x.columns());
        kernels.copy(input, x);
        inputs.add(input);
      }
      DecoderBlock block = blocks.get(layer);
      x = block.forward(kernels, arena, x, rows(layer), rotary, caches, keep == Keep.ALL);
    }
    return x;
  }

  /**
   * @param dy gradient of the output (M, D) float32; overwritten
   * @return gradient of the input (N, D) float32
   */
  public Tensor backward(Kernels kernels, Arena arena, Tensor dy) {
    Tensor gradient = dy;
    for (int layer = blocks.size() - 1; layer >= 0; layer--) {
      DecoderBlock block = blocks.get(layer);
      if (!recompute) {
        gradient = block.backward(kernels, arena, gradient, rows(layer), rotary);
        continue;
      }
      // The gradient of the last layer's input is larger than that of its output.
      Tensor dx = rows(layer).areAll() ? gradient : arena.take(all.count(), dy.columns());
      Arena.Mark mark = arena.mark();
      block.recompute(kernels, arena, inputs.get(layer), rows(layer), rotary);
      Tensor result = block.backward(kernels, arena, gradient, rows(layer), rotary);
      if (result != dx) {
        kernels.copy(dx, result);
      }
      arena.release(mark);
      gradient = dx;
    }
    return gradient;
  }

  private AttentionRows rows(int layer) {
    return layer == blocks.size() - 1 ? read : all;
  }
}
