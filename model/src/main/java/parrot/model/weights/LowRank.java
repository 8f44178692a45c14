package parrot.model.weights;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What an adapter adds to one tensor [rows, columns]: {@code scale * B A}, or its transpose for an
 * embedding. The tensor of a convolution counts all that follows its first size as columns.
 */
final class LowRank {
  private final boolean embedding;
  private final int rank;
  private final float scale;
  private FileTensor a;
  private FileTensor b;

  LowRank(boolean embedding, int rank, float scale) {
    this.embedding = embedding;
    this.rank = rank;
    this.scale = scale;
  }

  /**
   * Takes one of both factors.
   *
   * @param letter A or B
   * @return false if it was there already
   */
  boolean add(String letter, FileTensor factor) {
    boolean first = letter.equals("A");
    boolean fresh = (first ? a : b) == null;
    if (first) {
      a = factor;
    } else {
      b = factor;
    }
    return fresh;
  }

  FileTensor a() {
    return a;
  }

  FileTensor b() {
    return b;
  }

  boolean whole() {
    return a != null && b != null;
  }

  /** Whether B is 0, with which training begins. */
  boolean isZero() {
    for (float value : b.read()) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Holds the factors against the tensor that they change.
   *
   * @return what is wrong, in words; empty if they fit
   */
  Optional<String> misfit(int[] shape) {
    int rows = shape[0];
    int columns = columns(shape);
    int[] wantedA = {rank, embedding ? rows : columns};
    int[] wantedB = {embedding ? columns : rows, rank};
    return misfit(a, wantedA).or(() -> misfit(b, wantedB));
  }

  private static Optional<String> misfit(FileTensor factor, int[] wanted) {
    int[] shape = factor.shape();
    boolean fits = shape.length >= 2 && shape[0] == wanted[0] && columns(shape) == wanted[1];
    return fits
        ? Optional.empty()
        : Optional.of(
            "%s (got %s, expected %s)"
                .formatted(factor, Arrays.toString(shape), Arrays.toString(wanted)));
  }

  private static int columns(int[] shape) {
    return Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
  }

  /** A sink that adds this to what it is given before it passes it on. */
  FloatSink addedBefore(FloatSink sink, int[] shape) {
    int columns = columns(shape);
    float[] left = embedding ? transposed(a.read(), rank) : b.read();
    float[] right = embedding ? transposed(b.read(), columns) : a.read();
    return (offset, values, count) -> {
      float[] sums = Arrays.copyOf(values, count);
      int first = (int) (offset / columns);
      int last = (int) ((offset + count - 1) / columns);
      IntStream.rangeClosed(first, last)
          .parallel()
          .forEach(
              row -> {
                int from = (int) Math.max(0, offset - (long) row * columns);
                int to = (int) Math.min(columns, offset + count - (long) row * columns);
                float[] change = row(left, right, row, from, to);
                int at = (int) ((long) row * columns + from - offset);
                for (int i = 0; i < change.length; i++) {
                  sums[at + i] += scale * change[i];
                }
              });
      sink.accept(offset, sums, count);
    };
  }

  /** A part of one row of {@code left right}. */
  private float[] row(float[] left, float[] right, int row, int from, int to) {
    int columns = right.length / rank;
    float[] product = new float[to - from];
    for (int k = 0; k < rank; k++) {
      float factor = left[row * rank + k];
      int start = k * columns + from;
      for (int i = 0; i < product.length; i++) {
        product[i] += factor * right[start + i];
      }
    }
    return product;
  }

  private static float[] transposed(float[] values, int rows) {
    int columns = values.length / rows;
    float[] transposed = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        transposed[column * rows + row] = values[row * columns + column];
      }
    }
    return transposed;
  }
}
