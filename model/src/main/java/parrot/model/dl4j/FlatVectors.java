package parrot.model.dl4j;

import java.nio.ByteBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import parrot.model.tensor.Tensor;

/** DL4J's flat float32 vectors as memory. */
public final class FlatVectors {
  /** Floats of one window: 256 MiB of memory, well below what a buffer can address. */
  static final int WINDOW = 1 << 26;

  private FlatVectors() {}

  /**
   * Address of the first value of a dense float32 array, in bytes. The array must stay reachable
   * while the address is in use.
   *
   * @throws IllegalArgumentException if it is of another type or has gaps
   */
  public static long address(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "Cannot view an array of " + array.dataType() + " as memory (expected FLOAT)");
    }
    if (array.length() > 1 && array.elementWiseStride() != 1) {
      throw new IllegalArgumentException("Cannot view an array with gaps as memory");
    }
    return array.data().addressPointer().address();
  }

  /** {@code from} (inclusive) to {@code to} (exclusive) of a rank 1 array, without a copy. */
  public static INDArray interval(INDArray flat, long from, long to) {
    return flat.get(NDArrayIndex.interval(from, to));
  }

  /** {@code length} values from {@code start} on as a [1, length] tensor over the same memory. */
  static Tensor window(INDArray array, long start, int length) {
    return Tensor.view(address(array) + Float.BYTES * start, 1, length, array);
  }

  /**
   * {@code length} values from {@code start} on as memory, in native order.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  public static ByteBuffer memory(INDArray array, long start, int length) {
    if (start < 0 || start + length > array.length()) {
      throw new IllegalArgumentException(
          "Cannot view values " + start + " to " + (start + length) + " of " + array.length());
    }
    return window(array, start, length).buffer();
  }

  /** Whether every value is a number; reads memory once. */
  public static boolean isFinite(INDArray array) {
    for (long start = 0; start < array.length(); start += WINDOW) {
      int length = (int) Math.min(WINDOW, array.length() - start);
      ByteBuffer buffer = window(array, start, length).buffer();
      // 0 * x is 0 for every number and NaN for the rest, so one sum judges all.
      float judge = 0;
      for (int i = 0; i < length * Float.BYTES; i += Float.BYTES) {
        judge += 0 * buffer.getFloat(i);
      }
      if (!(judge == 0)) {
        return false;
      }
    }
    return true;
  }
}
