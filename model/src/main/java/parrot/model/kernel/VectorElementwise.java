package parrot.model.kernel;

import static parrot.model.kernel.VectorMath.FLOATS;
import static parrot.model.kernel.VectorMath.WIDTH;
import static parrot.model.kernel.VectorMath.covered;
import static parrot.model.kernel.VectorMath.load;
import static parrot.model.kernel.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import parrot.model.tensor.Tensor;

/** Copies, sums and sums of products. */
final class VectorElementwise {
  private VectorElementwise() {}

  static void copy(Workers workers, Tensor y, Tensor x) {
    Spans.forEach(
        workers,
        (row, column, count) ->
            y.buffer()
                .put(Spans.at(y, row, column), x.buffer(), Spans.at(x, row, column), 4 * count),
        y,
        x);
  }

  static void fill(Workers workers, Tensor y, float value) {
    Spans.forEach(
        workers,
        (row, column, count) -> fill(y.buffer(), Spans.at(y, row, column), count, value),
        y);
  }

  static void fill(ByteBuffer y, int at, int count, float value) {
    FloatVector vector = FloatVector.broadcast(FLOATS, value);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      store(vector, y, at + 4 * j);
    }
    for (; j < count; j++) {
      y.putFloat(at + 4 * j, value);
    }
  }

  static void add(Workers workers, Tensor y, Tensor x, float alpha) {
    Spans.forEach(
        workers,
        (row, column, count) ->
            add(
                y.buffer(),
                Spans.at(y, row, column),
                x.buffer(),
                Spans.at(x, row, column),
                count,
                alpha),
        y,
        x);
  }

  static void add(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count, float alpha) {
    FloatVector factor = FloatVector.broadcast(FLOATS, alpha);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      store(load(x, xAt + 4 * j).fma(factor, load(y, yAt + 4 * j)), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      y.putFloat(yAt + 4 * j, Math.fma(x.getFloat(xAt + 4 * j), alpha, y.getFloat(yAt + 4 * j)));
    }
  }

  static void scale(Workers workers, Tensor y, float alpha) {
    Spans.forEach(
        workers,
        (row, column, count) -> scale(y.buffer(), Spans.at(y, row, column), count, alpha),
        y);
  }

  static void scale(ByteBuffer y, int at, int count, float alpha) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      store(load(y, at + 4 * j).mul(alpha), y, at + 4 * j);
    }
    for (; j < count; j++) {
      y.putFloat(at + 4 * j, y.getFloat(at + 4 * j) * alpha);
    }
  }

  static void addBias(Workers workers, Tensor x, Tensor bias) {
    workers.split(
        x.rows(),
        x.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            add(x.buffer(), Spans.at(x, i, 0), bias.buffer(), 0, x.columns(), 1);
          }
        });
  }

  static void addBiasBackward(Workers workers, Tensor dbias, Tensor dy) {
    ColumnSums.forEachBlock(
        workers,
        dy,
        (from, to, first, last) -> {
          int end = first + covered(last - first);
          int j = first;
          for (; j < end; j += WIDTH) {
            addColumns(dbias.buffer(), 4 * j, dy.buffer(), Spans.at(dy, from, j), dy, to - from);
          }
          for (; j < last; j++) {
            float sum = 0;
            for (int i = from; i < to; i++) {
              sum += dy.get(i, j);
            }
            dbias.set(0, j, dbias.get(0, j) + sum);
          }
        });
  }

  private static void addColumns(
      ByteBuffer sums, int sumsAt, ByteBuffer dy, int dyAt, Tensor shape, int rows) {
    int step = 4 * shape.stride();
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < rows; i++) {
      sum = sum.add(load(dy, dyAt + i * step));
    }
    store(load(sums, sumsAt).add(sum), sums, sumsAt);
  }

  static double dot(Tensor x, Tensor y) {
    if (x.isContiguous() && y.isContiguous()) {
      return dot(x.buffer(), 0, y.buffer(), 0, Math.toIntExact(x.size()));
    }
    double sum = 0;
    for (int i = 0; i < x.rows(); i++) {
      sum += dot(x.buffer(), Spans.at(x, i, 0), y.buffer(), Spans.at(y, i, 0), x.columns());
    }
    return sum;
  }

  private static double dot(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int count) {
    int width = VectorMath.DOUBLES.length();
    DoubleVector even = DoubleVector.zero(VectorMath.DOUBLES);
    DoubleVector odd = DoubleVector.zero(VectorMath.DOUBLES);
    int j = 0;
    for (; j <= count - 2 * width; j += 2 * width) {
      int second = j + width;
      even =
          VectorMath.loadDoubles(x, xAt + 4 * j).fma(VectorMath.loadDoubles(y, yAt + 4 * j), even);
      odd =
          VectorMath.loadDoubles(x, xAt + 4 * second)
              .fma(VectorMath.loadDoubles(y, yAt + 4 * second), odd);
    }
    double sum = even.add(odd).reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      sum += (double) x.getFloat(xAt + 4 * j) * y.getFloat(yAt + 4 * j);
    }
    return sum;
  }
}
