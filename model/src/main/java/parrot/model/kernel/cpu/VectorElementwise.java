package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.Spans.in;
import static parrot.model.kernel.cpu.Spans.inout;
import static parrot.model.kernel.cpu.Spans.out;
import static parrot.model.kernel.cpu.VectorMath.FLOATS;
import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import parrot.model.kernel.DropMask;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Copies, sums and sums of products. */
final class VectorElementwise {
  /** Values that one partial sum covers. */
  private static final int PIECE = 1 << 16;

  private VectorElementwise() {}

  static void copy(Workers workers, Tensor y, Tensor x) {
    if (y.type() == ElementType.BF16 && x.type() == ElementType.BF16) {
      workers.split(
          y.rows(),
          2L * y.columns(),
          (from, to) -> {
            for (int row = from; row < to; row++) {
              y.buffer().put(y.at(row, 0), x.buffer(), x.at(row, 0), 2 * y.columns());
            }
          });
      return;
    }
    Spans.forEach(
        workers,
        run -> run.buffer(0).put(run.at(0), run.buffer(1), run.at(1), 4 * run.count()),
        out(y),
        in(x));
  }

  static void drop(Workers workers, Tensor y, Tensor x, DropMask mask) {
    float scale = mask.scale();
    Spans.forEachRow(
        workers,
        4L * y.columns(), // hashes cost more than memory
        run -> {
          long first = (long) run.row() * run.count();
          long bits = mask.bits(first);
          for (int j = 0; j < run.count(); j++) {
            long place = first + j;
            bits = (place & 3) == 0 ? mask.bits(place) : bits;
            float value = run.buffer(1).getFloat(run.at(1) + 4 * j) * scale;
            run.buffer(0).putFloat(run.at(0) + 4 * j, mask.drops(bits, place) ? 0 : value);
          }
        },
        out(y),
        in(x));
  }

  static void fill(Workers workers, Tensor y, float value) {
    Spans.forEach(workers, run -> fill(run.buffer(0), run.at(0), run.count(), value), out(y));
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
        run -> add(run.buffer(0), run.at(0), run.buffer(1), run.at(1), run.count(), alpha),
        inout(y),
        in(x));
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
    Spans.forEach(workers, run -> scale(run.buffer(0), run.at(0), run.count(), alpha), inout(y));
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
    if (x.type() == ElementType.BF16) {
      workers.split(
          x.rows(),
          x.columns(),
          (from, to) -> {
            for (int i = from; i < to; i++) {
              addToBf16(x.buffer(), x.at(i, 0), bias.buffer(), x.columns());
            }
          });
      return;
    }
    Spans.forEachRow(
        workers,
        x.columns(),
        run -> add(run.buffer(0), run.at(0), bias.buffer(), 0, run.count(), 1),
        inout(x));
  }

  private static void addToBf16(ByteBuffer y, int yAt, ByteBuffer x, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      Bf16.store(Bf16.load(y, yAt + 2 * j).add(load(x, 4 * j)), y, yAt + 2 * j);
    }
    for (; j < count; j++) {
      float sum = ElementType.fromBf16(y.getShort(yAt + 2 * j)) + x.getFloat(4 * j);
      y.putShort(yAt + 2 * j, ElementType.toBf16(sum));
    }
  }

  static void addBiasBackward(Workers workers, Tensor dbias, Tensor dy) {
    ColumnSums.forEachBlock(
        workers,
        dy,
        (from, to, first, last) -> {
          int end = first + covered(last - first);
          int j = first;
          for (; j < end; j += WIDTH) {
            if (dy.type() == ElementType.F32) {
              addColumns(dbias.buffer(), 4 * j, dy, from, to, j);
            } else {
              addBf16Columns(dbias.buffer(), 4 * j, dy, from, to, j);
            }
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
      ByteBuffer sums, int sumsAt, Tensor dy, int from, int to, int column) {
    ByteBuffer buffer = dy.buffer();
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = from; i < to; i++) {
      sum = sum.add(load(buffer, dy.at(i, column)));
    }
    store(load(sums, sumsAt).add(sum), sums, sumsAt);
  }

  private static void addBf16Columns(
      ByteBuffer sums, int sumsAt, Tensor dy, int from, int to, int column) {
    ByteBuffer buffer = dy.buffer();
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = from; i < to; i++) {
      sum = sum.add(Bf16.load(buffer, dy.at(i, column)));
    }
    store(load(sums, sumsAt).add(sum), sums, sumsAt);
  }

  /** The order of additions depends on the shape alone, never on the threads. */
  static double dot(Workers workers, Tensor x, Tensor y) {
    if (x.size() == 0) {
      return 0;
    }
    boolean flat = x.isContiguous() && y.isContiguous();
    int count = flat ? Math.toIntExact(x.size()) : x.columns();
    int pieces = (count + PIECE - 1) / PIECE;
    double[] sums = new double[(flat ? 1 : x.rows()) * pieces];
    workers.split(
        sums.length,
        2L * Math.min(PIECE, count),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int start = i % pieces * PIECE;
            sums[i] = dot(x, y, i / pieces, start, Math.min(PIECE, count - start));
          }
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    return sum;
  }

  private static double dot(Tensor x, Tensor y, int row, int column, int count) {
    double[] sum = new double[1];
    Spans.forPart(
        run -> sum[0] += dot(run.buffer(0), run.at(0), run.buffer(1), run.at(1), run.count()),
        row,
        column,
        count,
        in(x),
        in(y));
    return sum[0];
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
