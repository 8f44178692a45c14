package parrot.model.network;

import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** Where a network finds what it trains. */
public interface TrainedMemory {
  /** A trained tensor, [rows, columns]. */
  Master values(Parameter parameter);

  /**
   * Its gradient, [rows, columns]: float32, or bfloat16 for one that comes from products alone.
   * Null for forward passes alone.
   */
  Tensor gradients(Parameter parameter);
}
