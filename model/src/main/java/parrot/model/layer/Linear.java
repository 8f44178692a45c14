package parrot.model.layer;

import parrot.model.kernel.Activation;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * {@code y = x W^T + b}, with the weight stored [out, in] as published checkpoints do, and what an
 * adapter adds to it.
 */
final class Linear {
  private final Weight weight; // (out, in)
  private final Weight bias; // (1, out), or null
  private final Lora adapter; // or null

  private Linear(Weight weight, Weight bias, Lora adapter) {
    this.weight = weight;
    this.bias = bias;
    this.adapter = adapter;
  }

  static Linear withBias(WeightFactory weights, String name, int out, int in) {
    return new Linear(
        weights.createFactor(name + ".weight", out, in),
        weights.create(name + ".bias", out),
        adapter(weights, name, out, in));
  }

  static Linear withoutBias(WeightFactory weights, String name, int out, int in) {
    return new Linear(
        weights.createFactor(name + ".weight", out, in), null, adapter(weights, name, out, in));
  }

  private static Lora adapter(WeightFactory weights, String name, int out, int in) {
    return weights
        .adapters(name)
        .map(adapters -> new Lora(weights, name, out, in, adapters))
        .orElse(null);
  }

  /** {@code x} in the type that products take: itself, or a copy. */
  static Tensor operand(Kernels kernels, Arena arena, Tensor x) {
    if (x.type() == kernels.factorType()) {
      return x;
    }
    Tensor copy = arena.take(kernels.factorType(), x.rows(), x.columns());
    kernels.copy(copy, x);
    return copy;
  }

  int outputs() {
    return weight.rows();
  }

  boolean isTrained() {
    return weight.isTrained();
  }

  boolean isAdapted() {
    return adapter != null;
  }

  /**
   * @param y (rows, out)
   * @param x (rows, in), an operand
   */
  void forward(Kernels kernels, Arena arena, Tensor y, Tensor x) {
    forward(kernels, arena, y, x, 0);
  }

  /** Adds to {@code y} instead of overwriting it. */
  void forwardAdding(Kernels kernels, Arena arena, Tensor y, Tensor x) {
    forward(kernels, arena, y, x, 1);
  }

  private void forward(Kernels kernels, Arena arena, Tensor y, Tensor x, float beta) {
    kernels.linear(y, x, weight.factor(), biasValue(), null, beta);
    if (adapter != null) {
      adapter.forwardAdding(kernels, arena, y, x);
    }
  }

  /**
   * {@code y} becomes the activated result; {@link #backward} needs the one before it. For layers
   * without an adapter.
   */
  void forwardActivated(Kernels kernels, Tensor y, Tensor x, Activation activation) {
    kernels.linear(y, x, weight.factor(), biasValue(), activation, 0);
  }

  private Tensor biasValue() {
    return bias == null ? null : bias.value();
  }

  /**
   * Gradients of the parameters, if they are trained, and of the input.
   *
   * @param dx (rows, in), or null where no gradient is wanted
   * @param dy (rows, out), an operand
   * @param x (rows, in), an operand
   * @param beta 0 to overwrite {@code dx}, 1 to add to it
   */
  void backward(Kernels kernels, Arena arena, Tensor dx, Tensor dy, Tensor x, float beta) {
    if (weight.isTrained()) {
      weight.addProduct(kernels, dy, x);
    }
    if (bias != null && bias.isTrained()) {
      kernels.addBiasBackward(bias.gradient(kernels), dy);
    }
    if (dx != null) {
      kernels.matmul(dx, dy, false, weight.factor(), false, beta);
    }
    if (adapter != null) {
      adapter.backward(kernels, arena, dx, dy, x);
    }
  }
}
