package parrot.model.weights;

import java.nio.FloatBuffer;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Receives a tensor's values piece by piece. */
@FunctionalInterface
public interface FloatSink {
  /**
   * @param offset of the first of these values within the tensor
   * @param values valid up to {@code count} and until the call returns
   */
  void accept(long offset, float[] values, int count);

  /** Writes to a tensor of as many values, row-major, whatever its stride and type. */
  static FloatSink into(Tensor target) {
    int columns = target.columns();
    if (target.isContiguous() && target.type() == ElementType.F32) {
      FloatBuffer floats =
          target.buffer().duplicate().order(target.buffer().order()).asFloatBuffer();
      return (offset, values, count) -> floats.put(Math.toIntExact(offset), values, 0, count);
    }
    return (offset, values, count) -> {
      for (int i = 0; i < count; i++) {
        long index = offset + i;
        target.set((int) (index / columns), (int) (index % columns), values[i]);
      }
    };
  }

  /** Refuses a target of another size. */
  static void checkSize(String name, long elements, Tensor target) {
    if (target.size() != elements) {
      throw new IllegalArgumentException(
          "Cannot read "
              + name
              + " into "
              + target
              + ": got "
              + elements
              + " values, expected "
              + target.size());
    }
  }
}
