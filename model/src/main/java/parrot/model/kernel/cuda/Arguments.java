package parrot.model.kernel.cuda;

import java.nio.ByteBuffer;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * A kernel's parameters in memory, as the driver takes them: an array of addresses, one for each. A
 * tensor is a {@code Matrix} of {@code device.cuh}. One instance is used again for each launch.
 */
public final class Arguments {
  private static final int MOST = 32;
  private static final int LARGEST = 32;

  private final Tensor memory = Tensor.allocate(1, MOST * (Long.BYTES + LARGEST) / Float.BYTES);
  private final ByteBuffer buffer = memory.buffer();
  private int count;

  /** Begins again. */
  Arguments clear() {
    count = 0;
    return this;
  }

  /**
   * Adds a parameter.
   *
   * @param value a tensor, or null for a {@code Matrix} that is nowhere; a {@link Long} for a
   *     pointer; an {@link Integer}; a {@link Float}
   */
  void add(Object value) {
    int at = MOST * Long.BYTES + LARGEST * count;
    buffer.putLong(Long.BYTES * count++, memory.address() + at);
    if (value == null) {
      matrix(at, 0, 0, 0, 0, 0);
    } else if (value instanceof Tensor tensor) {
      int rounded = tensor.type() == ElementType.BF16 ? 1 : 0;
      matrix(at, tensor.address(), tensor.stride(), tensor.rows(), tensor.columns(), rounded);
    } else if (value instanceof Long pointer) {
      buffer.putLong(at, pointer);
    } else if (value instanceof Integer number) {
      buffer.putInt(at, number);
    } else if (value instanceof Float number) {
      buffer.putFloat(at, number);
    } else {
      throw new IllegalArgumentException("Cannot pass " + value.getClass() + " to a kernel");
    }
  }

  private void matrix(int at, long address, long stride, int rows, int columns, int rounded) {
    buffer.putLong(at, address);
    buffer.putLong(at + 8, stride);
    buffer.putInt(at + 16, rows);
    buffer.putInt(at + 20, columns);
    buffer.putInt(at + 24, rounded);
  }

  /** Of the array of addresses. */
  public long address() {
    return memory.address();
  }
}
