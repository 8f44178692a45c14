package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import parrot.model.tensor.Tensor;
import parrot.model.weights.FloatSink;

/** DL4J's flat float32 vectors as memory, and as bytes that can be shipped. */
public final class FlatVectors {
  /** Floats of one window: 256 MiB of memory, well below what a buffer can address. */
  static final int WINDOW = 1 << 26;

  /** Floats that are passed on at once. */
  private static final int PIECE = 1 << 16;

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

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
   * @throws IllegalArgumentException where there are fewer
   */
  public static ByteBuffer memory(INDArray array, long start, int length) {
    if (start < 0 || start + length > array.length()) {
      throw new IllegalArgumentException(
          "Cannot view values " + start + " to " + (start + length) + " of " + array.length());
    }
    return window(array, start, length).buffer();
  }

  /** A copy of all values as bytes in native order, in pieces of at most 256 MiB. */
  public static List<byte[]> toBytes(INDArray array) {
    List<byte[]> pieces = new ArrayList<>();
    for (long start = 0; start < array.length(); start += WINDOW) {
      int length = (int) Math.min(WINDOW, array.length() - start);
      byte[] piece = new byte[length * Float.BYTES];
      window(array, start, length).buffer().get(0, piece);
      pieces.add(piece);
    }
    return pieces;
  }

  /**
   * Overwrites all values from what {@link #toBytes} returned.
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public static void fromBytes(INDArray array, List<byte[]> pieces) {
    checkSize(array, pieces);
    long start = 0;
    for (byte[] piece : pieces) {
      int length = piece.length / Float.BYTES;
      window(array, start, length).buffer().put(0, piece);
      start += length;
    }
  }

  private static void checkSize(INDArray array, List<byte[]> pieces) {
    long bytes = pieces.stream().mapToLong(piece -> piece.length).sum();
    if (bytes != Float.BYTES * array.length()) {
      throw new IllegalArgumentException(
          "Cannot fill a vector: sizes differ (got "
              + bytes / Float.BYTES
              + " values, expected "
              + array.length()
              + ")");
    }
  }

  /**
   * Overwrites all values with a weighted sum, added up in the order given.
   *
   * @param vectors each as {@link #toBytes} returned it, at least one
   * @param weights of each vector, adding up to 1 for an average
   */
  public static void average(INDArray target, List<List<byte[]>> vectors, double[] weights) {
    if (vectors.isEmpty() || vectors.size() != weights.length) {
      throw new IllegalArgumentException(
          "Cannot average " + vectors.size() + " vectors with " + weights.length + " weights");
    }
    for (List<byte[]> vector : vectors) {
      checkSize(target, vector);
    }
    long start = 0;
    for (int piece = 0; piece < vectors.get(0).size(); piece++) {
      int bytes = vectors.get(0).get(piece).length;
      ByteBuffer sum = window(target, start, bytes / Float.BYTES).buffer();
      for (int i = 0; i < weights.length; i++) {
        accumulate(sum, vectors.get(i).get(piece), (float) weights[i], i == 0);
      }
      start += bytes / Float.BYTES;
    }
  }

  private static void accumulate(ByteBuffer sum, byte[] values, float weight, boolean first) {
    int width = SPECIES.vectorByteSize();
    int i = 0;
    for (; i <= values.length - width; i += width) {
      FloatVector term = FloatVector.fromByteArray(SPECIES, values, i, ORDER).mul(weight);
      if (!first) {
        term = FloatVector.fromByteBuffer(SPECIES, sum, i, ORDER).add(term);
      }
      term.intoByteBuffer(sum, i, ORDER);
    }
    ByteBuffer rest = ByteBuffer.wrap(values).order(ORDER);
    for (; i < values.length; i += Float.BYTES) {
      float term = rest.getFloat(i) * weight;
      sum.putFloat(i, first ? term : sum.getFloat(i) + term);
    }
  }

  /** Passes all values on in order, in pieces. */
  public static void read(INDArray array, FloatSink sink) {
    float[] piece = new float[(int) Math.min(PIECE, array.length())];
    for (long start = 0; start < array.length(); start += piece.length) {
      int length = (int) Math.min(piece.length, array.length() - start);
      window(array, start, length).buffer().asFloatBuffer().get(0, piece, 0, length);
      sink.accept(start, piece, length);
    }
  }

  /** Writes pieces to where they belong. */
  public static FloatSink into(INDArray array) {
    return (offset, values, count) ->
        window(array, offset, count).buffer().asFloatBuffer().put(0, values, 0, count);
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
