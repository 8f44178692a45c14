package parrot.model.network;

import java.util.List;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * The trained parameters once more as bfloat16, to enter products: a flat vector with the offsets
 * of the float32 one. The optimizer writes it together with the parameters.
 *
 * <p>Anything else that writes parameters (an average over replicas, a checkpoint, a user) does not
 * know of it. So before each step the first value of each row is compared, which notices every
 * change of a whole row or tensor at a thousandth of its price; then all is rounded again. On a
 * device nothing but the optimizer writes parameters without saying so.
 */
final class RoundedCopy implements AutoCloseable {
  /** Values of one window: 256 MiB of float32. */
  static final int WINDOW = 1 << 26;

  private final Memory memory;
  private final Memory.Block block;
  private final long count;

  /**
   * @param count of parameters
   */
  RoundedCopy(Memory memory, long count) {
    this.memory = memory;
    this.count = count;
    block = memory.allocate(ElementType.BF16.bytes() * count);
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
    long at = block.address() + ElementType.BF16.bytes() * offset;
    return Tensor.view(memory, ElementType.BF16, at, rows, columns, block);
  }

  /**
   * Rounds all parameters again where somebody has changed them.
   *
   * @param parameters address of the flat float32 vector
   */
  void refresh(Kernels kernels, long parameters, List<Parameter> table, Object owner) {
    if (!memory.isHost()) {
      return;
    }
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
      long at = parameters + Float.BYTES * start;
      Tensor values = Tensor.view(memory, ElementType.F32, at, 1, length, owner);
      kernels.copy(window(start, length), values);
    }
  }

  @Override
  public void close() {
    block.close();
  }
}
