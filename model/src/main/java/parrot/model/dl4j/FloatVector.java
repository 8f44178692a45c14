package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import parrot.model.network.Parameter;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * Float32 values off heap, as many as memory holds: an array of DL4J, or memory of its own.
 *
 * @param memory that they lie in
 * @param address of the first value, in bytes
 * @param length in values
 * @param owner kept reachable: the memory lives as long as it
 */
public record FloatVector(Memory memory, long address, long length, Object owner)
    implements StateVector {
  /** Values of one window: 256 MiB of memory, well below what a buffer can address. */
  static final int WINDOW = 1 << 26;

  /**
   * Views a dense float32 array.
   *
   * @throws IllegalArgumentException if it is of another type or has gaps
   */
  public static FloatVector of(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "Cannot view an array of " + array.dataType() + " as memory (expected FLOAT)");
    }
    if (array.length() > 1 && array.elementWiseStride() != 1) {
      throw new IllegalArgumentException("Cannot view an array with gaps as memory");
    }
    long address = array.data().addressPointer().address();
    return new FloatVector(Memory.HOST, address, array.length(), array);
  }

  /** Allocates zeros; freed when the last view of them is collected. */
  static FloatVector allocate(Memory memory, long length) {
    Memory.Block block = memory.allocate(Math.max(1, Float.BYTES * length));
    FloatVector vector = new FloatVector(memory, block.address(), length, block);
    vector.clear();
    return vector;
  }

  /** {@code length} values from {@code start} on, over the same memory. */
  FloatVector part(long start, long length) {
    check(start, length);
    return new FloatVector(memory, address + Float.BYTES * start, length, owner);
  }

  /** {@code length} values from {@code start} on as a [1, length] tensor over the same memory. */
  public Tensor window(long start, int length) {
    check(start, length);
    return view(start, 1, length);
  }

  /** A trained tensor as a matrix over the same memory, if this holds all of them. */
  public Tensor tensor(Parameter parameter) {
    check(parameter.offset(), parameter.size());
    return view(parameter.offset(), parameter.rows(), parameter.columns());
  }

  private Tensor view(long start, int rows, int columns) {
    long at = address + Float.BYTES * start;
    return Tensor.view(memory, ElementType.F32, at, rows, columns, owner);
  }

  /** Where the windows begin that all values are cut into, each but the last of the same length. */
  LongStream windowStarts() {
    return LongStream.range(0, (length + WINDOW - 1) / WINDOW).map(i -> i * WINDOW);
  }

  /** The window from one of {@link #windowStarts} on. */
  Tensor windowFrom(long start) {
    return window(start, (int) Math.min(WINDOW, length - start));
  }

  /** A view of the host's memory, or a copy of a device's. */
  @Override
  public ByteBuffer read(long from, int count) {
    return window(from, count).in(Memory.HOST).buffer();
  }

  @Override
  public void write(long from, ByteBuffer floats) {
    check(from, floats.capacity() / Float.BYTES);
    memory.write(address + Float.BYTES * from, floats.duplicate().clear());
  }

  private void check(long start, long count) {
    if (start < 0 || start + count > length) {
      throw new IllegalArgumentException(
          "Cannot view values " + start + " to " + (start + count) + " of " + length);
    }
  }

  @Override
  public void clear() {
    memory.clear(address, Float.BYTES * length);
  }
}
