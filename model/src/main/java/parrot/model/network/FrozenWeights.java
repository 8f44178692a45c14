package parrot.model.network;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import parrot.model.layer.Weight;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;
import parrot.model.weights.Weights;

/**
 * Weights that never change, each in memory once however many networks use it: mapped where it lies
 * in the type that is asked for, so that processes of a machine share it, or else read when the
 * first asks for it. Safe for use by several threads.
 */
public final class FrozenWeights {
  private final Weights source;
  private final Map<Key, Tensor> tensors = new ConcurrentHashMap<>();

  private record Key(String name, ElementType type, Memory memory) {}

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
  Tensor tensor(Weight weight, ElementType type, Memory memory) {
    return tensors.computeIfAbsent(
        new Key(weight.name(), type, memory),
        key ->
            source
                .map(weight.name(), type, weight.rows(), weight.columns())
                .orElseGet(() -> copy(weight, type))
                .in(memory));
  }

  /** The type that the weight's values have where they lie, if that is one of tensors. */
  ElementType storedType(Weight weight) {
    return source.storedType(weight.name());
  }

  private Tensor copy(Weight weight, ElementType type) {
    Tensor tensor = Tensor.allocate(type, weight.rows(), weight.columns());
    source.readInto(weight.name(), tensor);
    return tensor;
  }
}
