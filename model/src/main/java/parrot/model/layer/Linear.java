package parrot.model.layer;

import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/** {@code y = x W^T + b}, with the weight stored [out, in] as published checkpoints do. */
final class Linear {
  private final Weight weight; // (out, in)
  private final Weight bias; // (1, out), or null

  private Linear(Weight weight, Weight bias) {
    this.weight = weight;
    this.bias = bias;
  }

  static Linear withBias(WeightFactory weights, String name, int out, int in) {
    return new Linear(
        weights.create(name + ".weight", out, in), weights.create(name + ".bias", out));
  }

  static Linear withoutBias(WeightFactory weights, String name, int out, int in) {
    return new Linear(weights.create(name + ".weight", out, in), null);
  }

  int outputs() {
    return weight.rows();
  }

  boolean isTrained() {
    return weight.isTrained();
  }

  /**
   * @param y (rows, out)
   * @param x (rows, in)
   */
  void forward(Kernels kernels, Tensor y, Tensor x) {
    kernels.matmul(y, x, false, weight.value(), true, 0);
    if (bias != null) {
      kernels.addBias(y, bias.value());
    }
  }

  /** Adds to {@code y} instead of overwriting it; only without a bias. */
  void forwardAdding(Kernels kernels, Tensor y, Tensor x) {
    kernels.matmul(y, x, false, weight.value(), true, 1);
  }

  /**
   * Gradients of the parameters, where they are trained, and of the input.
   *
   * @param dx (rows, in), or null where no gradient is wanted
   * @param dy (rows, out)
   * @param x (rows, in)
   * @param beta 0 to overwrite {@code dx}, 1 to add to it
   */
  void backward(Kernels kernels, Tensor dx, Tensor dy, Tensor x, float beta) {
    if (weight.isTrained()) {
      kernels.matmul(weight.gradient(), dy, true, x, false, 1);
    }
    if (bias != null && bias.isTrained()) {
      kernels.addBiasBackward(bias.gradient(), dy);
    }
    if (dx != null) {
      kernels.matmul(dx, dy, false, weight.value(), false, beta);
    }
  }
}
