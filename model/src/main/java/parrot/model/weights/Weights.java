package parrot.model.weights;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Tensors by published name, read when asked for. Safe for use by several threads.
 *
 * <p>Every method that takes a name throws {@link parrot.model.ModelException} if there is no such
 * tensor.
 */
public interface Weights extends AutoCloseable {
  /** In the order of the file. */
  Set<String> names();

  /** Sizes, outermost first; empty for a scalar. */
  int[] shape(String name);

  /**
   * Passes the values on in row-major order, in pieces, converted to float32; only float64 loses
   * digits.
   *
   * @throws parrot.model.ModelException if the tensor does not hold floating-point numbers
   */
  void read(String name, FloatSink sink);

  /**
   * As {@link #read(String, FloatSink)}, of some of the values. Offsets count from the first value
   * of the tensor.
   *
   * @param from the first value wanted
   * @param count of values
   */
  default void read(String name, long from, long count, FloatSink sink) {
    read(
        name,
        (offset, values, length) -> {
          int skip = (int) Math.max(0, Math.min(length, from - offset));
          int wanted = (int) Math.min(length, from + count - offset) - skip;
          if (wanted > 0) {
            sink.accept(offset + skip, Arrays.copyOfRange(values, skip, skip + wanted), wanted);
          }
        });
  }

  /** All values, row-major. */
  default float[] read(String name) {
    float[] all = new float[Math.toIntExact(elements(name))];
    read(name, (offset, values, count) -> System.arraycopy(values, 0, all, (int) offset, count));
    return all;
  }

  /**
   * Copies all values, row-major.
   *
   * @throws IllegalArgumentException where {@code target} has another number of values
   */
  default void readInto(String name, Tensor target) {
    FloatSink.checkSize(name, elements(name), target);
    read(name, FloatSink.into(target));
  }

  /**
   * A view of the values where they lie, if they lie in this type in a file that can be mapped.
   *
   * @return [rows, columns], not to be written to; empty if they must be read
   */
  default Optional<Tensor> map(String name, ElementType type, int rows, int columns) {
    return Optional.empty();
  }

  /** The type of tensors that holds the stored values exactly in the fewest bytes. */
  default ElementType storedType(String name) {
    return ElementType.F32;
  }

  /** The smallest type of file that holds what is read exactly: BF16, F16 or F32. */
  default DataType fileType(String name) {
    return DataType.F32;
  }

  /** Whether two tensors have the same shape and values. Reads both. */
  default boolean same(String first, String second) {
    if (!Arrays.equals(shape(first), shape(second))) {
      return false;
    }
    AtomicBoolean same = new AtomicBoolean(true);
    read(
        first,
        (offset, values, count) -> {
          if (same.get()) {
            float[] others = new float[count];
            FloatSink into =
                (at, from, n) -> System.arraycopy(from, 0, others, (int) (at - offset), n);
            read(second, offset, count, into);
            same.set(Arrays.equals(values, 0, count, others, 0, count));
          }
        });
    return same.get();
  }

  /** Number of values. */
  default long elements(String name) {
    long elements = 1;
    for (int size : shape(name)) {
      elements *= size;
    }
    return elements;
  }

  @Override
  void close();
}
