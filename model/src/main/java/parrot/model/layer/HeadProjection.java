package parrot.model.layer;

import parrot.model.config.DecoderConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * Queries or keys before their rotation: a linear layer and, in a Qwen3, an RMS norm of each head.
 *
 * <p>Source: Qwen2Attention and Qwen3Attention of the published checkpoints.
 */
final class HeadProjection {
  private final Linear linear; // (heads * headSize, D)
  private final Weight norm; // (1, headSize), or null
  private final int headSize;
  private final float epsilon;

  private Tensor projected; // (N, heads * headSize) float32, before the norm
  private Tensor inverse; // (N * heads, 1)

  /**
   * @param name of the layer, up to the letter of query or key
   */
  HeadProjection(WeightFactory weights, String name, int heads, DecoderConfig config) {
    headSize = config.headSize();
    epsilon = (float) config.rmsNormEps();
    linear = linear(weights, name, heads, config);
    norm = config.family().norms() ? weights.create(name + "_norm.weight", headSize) : null;
  }

  /** The layer alone, as values have it. */
  static Linear linear(WeightFactory weights, String name, int heads, DecoderConfig config) {
    int out = heads * config.headSize();
    int in = config.hiddenSize();
    return config.family().biases()
        ? Linear.withBias(weights, name + "_proj", out, in)
        : Linear.withoutBias(weights, name + "_proj", out, in);
  }

  /**
   * @param y (N, heads * headSize)
   * @param x (N, D), an operand
   */
  void forward(Kernels kernels, Arena arena, Tensor y, Tensor x) {
    if (norm == null) {
      linear.forward(kernels, arena, y, x);
      return;
    }
    projected = arena.take(y.rows(), y.columns());
    linear.forward(kernels, arena, projected, x);
    inverse = arena.take(byHead(y).rows(), 1);
    kernels.rmsNorm(byHead(y), inverse, byHead(projected), norm.value(), epsilon);
  }

  /**
   * @param dx (N, D), or null if no gradient is wanted
   * @param dy (N, heads * headSize), an operand
   * @param x (N, D), an operand
   * @param beta 0 to overwrite {@code dx}, 1 to add to it
   */
  void backward(Kernels kernels, Arena arena, Tensor dx, Tensor dy, Tensor x, float beta) {
    if (norm == null) {
      linear.backward(kernels, arena, dx, dy, x, beta);
      return;
    }
    Tensor dnormed = arena.take(dy.rows(), dy.columns());
    kernels.copy(dnormed, dy);
    Tensor dprojected = arena.take(dy.rows(), dy.columns());
    kernels.rmsNormBackward(
        byHead(dprojected),
        false,
        norm.gradient(kernels),
        byHead(dnormed),
        inverse,
        byHead(projected),
        norm.value());
    linear.backward(kernels, arena, dx, Linear.operand(kernels, arena, dprojected), x, beta);
  }

  /** A row for each head. */
  private Tensor byHead(Tensor x) {
    return x.reshape(Math.toIntExact(x.size() / headSize), headSize);
  }
}
