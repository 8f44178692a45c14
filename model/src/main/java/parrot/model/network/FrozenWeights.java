package parrot.model.network;

import java.util.HashMap;
import java.util.Map;
import parrot.model.layer.Weight;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;
import parrot.model.weights.Weights;

/**
 * Weights that never change, each in memory once however many networks use it: read when the first
 * asks for it, in the type that it asks for. Safe for use by several threads.
 */
public final class FrozenWeights {
  private final Weights source;
  private final Map<Key, Tensor> tensors = new HashMap<>();

  private record Key(String name, ElementType type) {}

  /**
   * @param source must stay open as long as networks are made
   */
  public FrozenWeights(Weights source) {
    this.source = source;
  }

  Weights source() {
    return source;
  }

  /** The weight's values [rows, columns], not to be written to. */
  synchronized Tensor tensor(Weight weight, ElementType type) {
    return tensors.computeIfAbsent(
        new Key(weight.name(), type),
        key -> {
          Tensor tensor = Tensor.allocate(type, weight.rows(), weight.columns());
          source.readInto(weight.name(), tensor);
          return tensor;
        });
  }
}
