package parrot.model.layer;

import java.util.ArrayList;
import java.util.List;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Keys and values of one sequence, by layer, for decoding token by token. */
public final class KeyValueCache {
  private final List<Tensor> keys = new ArrayList<>(); // each (capacity, K * headSize)
  private final List<Tensor> values = new ArrayList<>(); // each (capacity, K * headSize)
  private final int capacity;
  private int length;

  /**
   * @param memory of the kernels that use it
   * @param type of keys and values
   * @param capacity tokens that fit
   * @param width values of one token's keys: key heads times head size
   */
  public KeyValueCache(Memory memory, ElementType type, int layers, int capacity, int width) {
    this.capacity = capacity;
    for (int layer = 0; layer < layers; layer++) {
      keys.add(Tensor.allocate(memory, type, capacity, width));
      values.add(Tensor.allocate(memory, type, capacity, width));
    }
  }

  /** Tokens held. */
  public int length() {
    return length;
  }

  public int capacity() {
    return capacity;
  }

  /** Writes a layer's keys and values (tokens, width) behind what is held. */
  void append(Kernels kernels, int layer, Tensor nextKeys, Tensor nextValues) {
    int end = length + nextKeys.rows();
    kernels.copy(keys.get(layer).rows(length, end), nextKeys);
    kernels.copy(values.get(layer).rows(length, end), nextValues);
  }

  /** All keys of a layer, the next {@code tokens} included. */
  Tensor keys(int layer, int tokens) {
    return keys.get(layer).rows(0, length + tokens);
  }

  Tensor values(int layer, int tokens) {
    return values.get(layer).rows(0, length + tokens);
  }

  /** Forgets all but the first tokens; the memory stays. */
  public void truncate(int tokens) {
    length = Math.min(length, tokens);
  }

  /** Counts {@code tokens} written rows as held. */
  void advance(int tokens) {
    length += tokens;
  }
}
