package parrot.model.layer;

import parrot.model.config.Adapters;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;
import parrot.model.weights.TensorNames;

/**
 * What LoRA adds to a linear layer: {@code scale d(x) A^T B^T}, where d drops values in a step of
 * training. The product with A is computed again in the backward pass, because that takes less time
 * than it would take memory to keep it.
 */
final class Lora {
  private final Weight a; // (r, in)
  private final Weight b; // (out, r)
  private final float scale;
  private final String layer;
  private final double share; // of the input, that is dropped
  private final Dropout dropout;

  Lora(WeightFactory weights, String layer, int out, int in, Adapters adapters) {
    a = weights.createFactor(layer + TensorNames.FIRST_FACTOR, adapters.rank(), in);
    b = weights.createFactor(layer + TensorNames.SECOND_FACTOR, out, adapters.rank());
    scale = adapters.scale();
    this.layer = layer;
    share = adapters.dropout();
    dropout = weights.dropout();
  }

  /**
   * @param y (rows, out), added to
   * @param x (rows, in), an operand
   */
  void forwardAdding(Kernels kernels, Arena arena, Tensor y, Tensor x) {
    Arena.Mark mark = arena.mark();
    kernels.matmul(y, inner(kernels, arena, seen(kernels, arena, x)), false, b.factor(), true, 1);
    arena.release(mark);
  }

  private boolean drops() {
    return share > 0 && dropout.isOn();
  }

  /** What is left of the input. */
  private Tensor seen(Kernels kernels, Arena arena, Tensor x) {
    if (!drops()) {
      return x;
    }
    Tensor seen = arena.take(x.type(), x.rows(), x.columns());
    dropout.drop(kernels, seen, x, share, layer);
    return seen;
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
    Tensor seen = a.isTrained() || b.isTrained() ? seen(kernels, arena, x) : null;
    if (b.isTrained()) {
      b.addProduct(kernels, dy, inner(kernels, arena, seen));
    }
    Tensor dinner = arena.take(kernels.factorType(), dy.rows(), a.rows());
    kernels.matmul(dinner, dy, false, b.factor(), false, 0);
    kernels.scale(dinner, scale);
    if (a.isTrained()) {
      a.addProduct(kernels, dinner, seen);
    }
    if (dx != null && drops()) {
      Tensor dseen = arena.take(dx.rows(), dx.columns());
      kernels.matmul(dseen, dinner, false, a.factor(), false, 0);
      dropout.drop(kernels, dseen, dseen, share, layer);
      kernels.add(dx, dseen, 1);
    } else if (dx != null) {
      kernels.matmul(dx, dinner, false, a.factor(), false, 1);
    }
    arena.release(mark);
  }
}
