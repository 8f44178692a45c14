package parrot.model.network;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The trained parameters once more as bfloat16, to enter products: a flat vector with the offsets
 * of the float32 one. The optimizer writes it together with the parameters.
 *
 * <p>Anything else that writes parameters (an average over replicas, a checkpoint, a user) does not
 * know of it. So before each step the first value of each row is compared, which notices every
 * change of a whole row or tensor at a thousandth of its price; then all is rounded again.
 */
final class RoundedCopy implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** Values of one window: 256 MiB of float32. */
  static final int WINDOW = 1 << 26;

  private final BytePointer memory;
  private final long address;
  private final long count;

  /**
   * @param count of parameters
   */
  RoundedCopy(long count) {
    this.count = count;
    memory = new BytePointer(ElementType.BF16.bytes() * count + ALIGNMENT);
    address = (memory.address() + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** The copy of one parameter. */
  Tensor of(Parameter parameter) {
    return view(parameter.offset(), parameter.rows(), parameter.columns());
  }

  /** {@code length} values from an offset on, [1, length]. */
  Tensor window(long offset, int length) {
    return view(offset, 1, length);
  }

  private Tensor view(long offset, int rows, int columns) {
    long at = address + ElementType.BF16.bytes() * offset;
    return Tensor.view(ElementType.BF16, at, rows, columns, memory);
  }

  /**
   * Rounds all parameters again where somebody has changed them.
   *
   * @param parameters address of the flat float32 vector
   */
  void refresh(Kernels kernels, long parameters, List<Parameter> table, Object owner) {
    for (Parameter parameter : table) {
      Tensor value =
          Tensor.view(
              parameters + Float.BYTES * parameter.offset(),
              parameter.rows(),
              parameter.columns(),
              owner);
      if (!agree(value, of(parameter))) {
        round(kernels, parameters, owner);
        return;
      }
    }
  }

  private static boolean agree(Tensor value, Tensor rounded) {
    for (int row = 0; row < value.rows(); row++) {
      short bits = rounded.buffer().getShort(rounded.at(row, 0));
      if (bits != ElementType.toBf16(value.get(row, 0))) {
        return false;
      }
    }
    return true;
  }

  /** Rounds all parameters. */
  void round(Kernels kernels, long parameters, Object owner) {
    for (long start = 0; start < count; start += WINDOW) {
      int length = (int) Math.min(WINDOW, count - start);
      Tensor values = Tensor.view(parameters + Float.BYTES * start, 1, length, owner);
      kernels.copy(window(start, length), values);
    }
  }

  @Override
  public void close() {
    memory.deallocate();
  }
}
