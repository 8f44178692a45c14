package parrot.model.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
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
    if (!target.memory().isHost()) {
      return onDevice(target);
    }
    if (target.isContiguous()) {
      return intoWindows(target.windows());
    }
    int columns = target.columns();
    return (offset, values, count) -> {
      for (int i = 0; i < count; i++) {
        long index = offset + i;
        target.set((int) (index / columns), (int) (index % columns), values[i]);
      }
    };
  }

  private static FloatSink onDevice(Tensor target) {
    if (!target.isContiguous()) {
      throw new IllegalArgumentException(
          "Cannot read into " + target + " on a device: it has gaps");
    }
    return (offset, values, count) ->
        Tensor.view(
                target.memory(),
                target.type(),
                target.address() + target.type().bytes() * offset,
                1,
                count,
                target)
            .set(Arrays.copyOf(values, count));
  }

  private static FloatSink intoWindows(List<Tensor> windows) {
    long each = windows.get(0).size();
    return (offset, values, count) -> {
      for (int done = 0; done < count; ) {
        Tensor window = windows.get((int) ((offset + done) / each));
        int at = (int) ((offset + done) % each);
        int length = (int) Math.min(count - done, window.size() - at);
        put(window, at, values, done, length);
        done += length;
      }
    };
  }

  private static void put(Tensor target, int at, float[] values, int from, int count) {
    ByteBuffer buffer = target.buffer();
    if (target.type() == ElementType.F32) {
      buffer.duplicate().order(buffer.order()).asFloatBuffer().put(at, values, from, count);
    } else {
      for (int i = 0; i < count; i++) {
        buffer.putShort(2 * (at + i), ElementType.toBf16(values[from + i]));
      }
    }
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
