package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import parrot.model.network.Parameter;
import parrot.model.tensor.Tensor;

/**
 * Float32 values off heap, as many as memory holds: an array of DL4J, or memory of its own.
 *
 * @param address of the first value, in bytes
 * @param length in values
 * @param owner kept reachable: the memory lives as long as it
 */
public record FloatVector(long address, long length, Object owner) implements StateVector {
  /** Values of one window: 256 MiB of memory, well below what a buffer can address. */
  static final int WINDOW = 1 << 26;

  private static final int ALIGNMENT = 64;

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
    return new FloatVector(array.data().addressPointer().address(), array.length(), array);
  }

  /** Allocates zeros; freed when the last view of them is collected. */
  static FloatVector allocate(long length) {
    BytePointer memory = new BytePointer(Float.BYTES * length + ALIGNMENT);
    long aligned = (memory.address() + ALIGNMENT - 1) & -ALIGNMENT;
    FloatVector vector = new FloatVector(aligned, length, memory);
    vector.clear();
    return vector;
  }

  /** {@code length} values from {@code start} on, over the same memory. */
  FloatVector part(long start, long length) {
    check(start, length);
    return new FloatVector(address + Float.BYTES * start, length, owner);
  }

  /** {@code length} values from {@code start} on as a [1, length] tensor over the same memory. */
  public Tensor window(long start, int length) {
    check(start, length);
    return Tensor.view(address + Float.BYTES * start, 1, length, owner);
  }

  /** A trained tensor as a matrix over the same memory, if this holds all of them. */
  public Tensor tensor(Parameter parameter) {
    check(parameter.offset(), parameter.size());
    long at = address + Float.BYTES * parameter.offset();
    return Tensor.view(at, parameter.rows(), parameter.columns(), owner);
  }

  /** Where the windows begin that all values are cut into, each but the last of the same length. */
  LongStream windowStarts() {
    return LongStream.range(0, (length + WINDOW - 1) / WINDOW).map(i -> i * WINDOW);
  }

  /** The window from one of {@link #windowStarts} on. */
  Tensor windowFrom(long start) {
    return window(start, (int) Math.min(WINDOW, length - start));
  }

  private Stream<Tensor> windows() {
    return windowStarts().mapToObj(this::windowFrom);
  }

  /** A view of memory. */
  @Override
  public ByteBuffer read(long from, int count) {
    return window(from, count).buffer();
  }

  @Override
  public void write(long from, ByteBuffer floats) {
    int bytes = floats.capacity();
    read(from, bytes / Float.BYTES).put(0, floats, 0, bytes);
  }

  private void check(long start, long count) {
    if (start < 0 || start + count > length) {
      throw new IllegalArgumentException(
          "Cannot view values " + start + " to " + (start + count) + " of " + length);
    }
  }

  @Override
  public void clear() {
    windows().forEach(window -> new Bytes(window).zero());
  }

  /** A pointer to a window's memory that frees nothing. */
  private static final class Bytes extends BytePointer {
    Bytes(Tensor window) {
      address = window.address();
      limit = Float.BYTES * window.size();
      capacity = limit;
    }
  }
}
