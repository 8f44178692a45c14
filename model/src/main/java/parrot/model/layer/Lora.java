package parrot.model.layer;

import parrot.model.config.Adapters;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;
import parrot.model.weights.TensorNames;

/**
 * What LoRA adds to a linear layer: {@code scale x A^T B^T}. The product with A is computed again
 * in the backward pass, because that takes less time than it would take memory to keep it.
 */
final class Lora {
  private final Weight a; // (r, in)
  private final Weight b; // (out, r)
  private final float scale;

  Lora(WeightFactory weights, String layer, int out, int in, Adapters adapters) {
    a = weights.createFactor(layer + TensorNames.FIRST_FACTOR, adapters.rank(), in);
    b = weights.createFactor(layer + TensorNames.SECOND_FACTOR, out, adapters.rank());
    scale = adapters.scale();
  }

  /**
   * @param y (rows, out), added to
   * @param x (rows, in), an operand
   */
  void forwardAdding(Kernels kernels, Arena arena, Tensor y, Tensor x) {
    Arena.Mark mark = arena.mark();
    kernels.matmul(y, inner(kernels, arena, x), false, b.factor(), true, 1);
    arena.release(mark);
  }

  /** {@code scale x A^T}, (rows, r). */
  private Tensor inner(Kernels kernels, Arena arena, Tensor x) {
    Tensor inner = arena.take(kernels.factorType(), x.rows(), a.rows());
    kernels.matmul(inner, x, false, a.factor(), true, 0);
    kernels.scale(inner, scale);
    return inner;
  }

  /**
   * @param dx (rows, in), added to, or null where no gradient is wanted
   * @param dy (rows, out), an operand
   * @param x (rows, in), an operand
   */
  void backward(Kernels kernels, Arena arena, Tensor dx, Tensor dy, Tensor x) {
    Arena.Mark mark = arena.mark();
    if (b.isTrained()) {
      b.addProduct(kernels, dy, inner(kernels, arena, x));
    }
    Tensor dinner = arena.take(kernels.factorType(), dy.rows(), a.rows());
    kernels.matmul(dinner, dy, false, b.factor(), false, 0);
    kernels.scale(dinner, scale);
    if (a.isTrained()) {
      a.addProduct(kernels, dinner, x);
    }
    if (dx != null) {
      kernels.matmul(dx, dinner, false, a.factor(), false, 1);
    }
    arena.release(mark);
  }
}
