package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.Spans.in;
import static parrot.model.kernel.cpu.Spans.out;
import static parrot.model.kernel.cpu.VectorMath.FLOATS;
import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import parrot.model.tensor.Tensor;

/**
 * Root-mean-square and layer normalisation, row by row. The first is the second without mean and
 * bias, so both share their loops: a mean of 0 changes no bit.
 */
final class VectorNorms {
  private static final int STEP = 4 * WIDTH;

  private VectorNorms() {}

  static void rmsNorm(
      Workers workers, Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    Spans.forEachRow(
        workers,
        4L * x.columns(),
        run -> {
          float squares = squares(run.buffer(1), run.at(1), run.count(), 0);
          float factor = (float) (1 / Math.sqrt((double) squares / run.count() + epsilon));
          inverse.set(run.row(), 0, factor);
          scaleRow(
              run.buffer(0),
              run.at(0),
              run.buffer(1),
              run.at(1),
              weight.buffer(),
              run.count(),
              factor);
        },
        out(y),
        in(x));
  }

  static void layerNorm(
      Workers workers,
      Tensor y,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight,
      Tensor bias,
      float epsilon) {
    Spans.forEachRow(
        workers,
        4L * x.columns(),
        run -> {
          float centre = sum(run.buffer(1), run.at(1), run.count()) / run.count();
          float squares = squares(run.buffer(1), run.at(1), run.count(), centre);
          float factor = (float) (1 / Math.sqrt((double) squares / run.count() + epsilon));
          mean.set(run.row(), 0, centre);
          inverse.set(run.row(), 0, factor);
          normaliseRow(
              run.buffer(0),
              run.at(0),
              run.buffer(1),
              run.at(1),
              weight.buffer(),
              bias.buffer(),
              run.count(),
              centre,
              factor);
        },
        out(y),
        in(x));
  }

  /**
   * Gradients of both.
   *
   * @param add whether to add to {@code dx} instead of overwriting it
   * @param mean null for {@link #rmsNorm}
   */
  static void backward(
      Workers workers,
      Tensor dx,
      boolean add,
      Tensor dweight,
      Tensor dbias,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight) {
    if (dweight != null) {
      addWeightSlopes(workers, dweight, dy, mean, inverse, x);
    }
    if (dbias != null) {
      VectorElementwise.addBiasBackward(workers, dbias, dy);
    }
    workers.split(
        x.rows(),
        5L * x.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            backwardRow(
                dx.buffer(),
                dx.at(i, 0),
                dy.buffer(),
                dy.at(i, 0),
                x.buffer(),
                x.at(i, 0),
                weight.buffer(),
                x.columns(),
                mean == null ? 0 : mean.get(i, 0),
                inverse.get(i, 0),
                mean != null,
                add);
          }
        });
  }

  private static void addWeightSlopes(
      Workers workers, Tensor dweight, Tensor dy, Tensor mean, Tensor inverse, Tensor x) {
    ColumnSums.forEachBlock(
        workers,
        x,
        (from, to, first, last) -> {
          int end = first + covered(last - first);
          int j = first;
          for (; j <= end - 4 * WIDTH; j += 4 * WIDTH) {
            addFourWeightColumns(dweight.buffer(), j, dy, mean, inverse, x, from, to);
          }
          for (; j < end; j += WIDTH) {
            addWeightColumns(dweight.buffer(), j, dy, mean, inverse, x, from, to);
          }
          for (; j < last; j++) {
            float sum = 0;
            for (int i = from; i < to; i++) {
              float centre = mean == null ? 0 : mean.get(i, 0);
              sum += dy.get(i, j) * (x.get(i, j) - centre) * inverse.get(i, 0);
            }
            dweight.set(0, j, dweight.get(0, j) + sum);
          }
        });
  }

  /** Four vectors of columns: neighbouring lines of memory are read together. */
  private static void addFourWeightColumns(
      ByteBuffer sums,
      int column,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      int from,
      int to) {
    ByteBuffer slopes = dy.buffer();
    ByteBuffer values = x.buffer();
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int i = from; i < to; i++) {
      float centre = mean == null ? 0 : mean.get(i, 0);
      float factor = inverse.get(i, 0);
      int slopesAt = dy.at(i, column);
      int at = x.at(i, column);
      sum0 = weightSlope(slopes, slopesAt, values, at, centre, factor, sum0);
      sum1 = weightSlope(slopes, slopesAt + STEP, values, at + STEP, centre, factor, sum1);
      sum2 = weightSlope(slopes, slopesAt + 2 * STEP, values, at + 2 * STEP, centre, factor, sum2);
      sum3 = weightSlope(slopes, slopesAt + 3 * STEP, values, at + 3 * STEP, centre, factor, sum3);
    }
    int sumsAt = 4 * column;
    store(load(sums, sumsAt).add(sum0), sums, sumsAt);
    store(load(sums, sumsAt + STEP).add(sum1), sums, sumsAt + STEP);
    store(load(sums, sumsAt + 2 * STEP).add(sum2), sums, sumsAt + 2 * STEP);
    store(load(sums, sumsAt + 3 * STEP).add(sum3), sums, sumsAt + 3 * STEP);
  }

  private static FloatVector weightSlope(
      ByteBuffer dy, int dyAt, ByteBuffer x, int xAt, float centre, float factor, FloatVector sum) {
    return load(x, xAt).sub(centre).fma(load(dy, dyAt).mul(factor), sum);
  }

  private static void addWeightColumns(
      ByteBuffer sums,
      int column,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      int from,
      int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = from; i < to; i++) {
      float centre = mean == null ? 0 : mean.get(i, 0);
      sum =
          weightSlope(
              dy.buffer(),
              dy.at(i, column),
              x.buffer(),
              x.at(i, column),
              centre,
              inverse.get(i, 0),
              sum);
    }
    store(load(sums, 4 * column).add(sum), sums, 4 * column);
  }

  private static float sum(ByteBuffer x, int at, int count) {
    FloatVector sums = FloatVector.zero(FLOATS);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      sums = sums.add(load(x, at + 4 * j));
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      sum += x.getFloat(at + 4 * j);
    }
    return sum;
  }

  private static float squares(ByteBuffer x, int at, int count, float centre) {
    FloatVector sums = FloatVector.zero(FLOATS);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, at + 4 * j).sub(centre);
      sums = value.fma(value, sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      float value = x.getFloat(at + 4 * j) - centre;
      sum += value * value;
    }
    return sum;
  }

  private static void scaleRow(
      ByteBuffer y, int yAt, ByteBuffer x, int xAt, ByteBuffer weight, int count, float factor) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      store(load(x, xAt + 4 * j).mul(factor).mul(load(weight, 4 * j)), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      y.putFloat(yAt + 4 * j, x.getFloat(xAt + 4 * j) * factor * weight.getFloat(4 * j));
    }
  }

  private static void normaliseRow(
      ByteBuffer y,
      int yAt,
      ByteBuffer x,
      int xAt,
      ByteBuffer weight,
      ByteBuffer bias,
      int count,
      float centre,
      float factor) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, xAt + 4 * j).sub(centre).mul(factor);
      store(value.fma(load(weight, 4 * j), load(bias, 4 * j)), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = (x.getFloat(xAt + 4 * j) - centre) * factor;
      y.putFloat(yAt + 4 * j, Math.fma(value, weight.getFloat(4 * j), bias.getFloat(4 * j)));
    }
  }

  private static void backwardRow(
      ByteBuffer dx,
      int dxAt,
      ByteBuffer dy,
      int dyAt,
      ByteBuffer x,
      int xAt,
      ByteBuffer weight,
      int count,
      float centre,
      float factor,
      boolean centred,
      boolean add) {
    FloatVector sums = FloatVector.zero(FLOATS);
    FloatVector products = FloatVector.zero(FLOATS);
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector slope = load(dy, dyAt + 4 * j).mul(load(weight, 4 * j));
      sums = sums.add(slope);
      products = load(x, xAt + 4 * j).sub(centre).mul(factor).fma(slope, products);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    float product = products.reduceLanes(VectorOperators.ADD);
    for (; j < count; j++) {
      float slope = dy.getFloat(dyAt + 4 * j) * weight.getFloat(4 * j);
      sum += slope;
      product += (x.getFloat(xAt + 4 * j) - centre) * factor * slope;
    }
    float average = centred ? sum / count : 0;
    float along = product / count;
    if (add) {
      addSlopes(dx, dxAt, dy, dyAt, x, xAt, weight, count, centre, factor, average, along);
    } else {
      storeSlopes(dx, dxAt, dy, dyAt, x, xAt, weight, count, centre, factor, average, along);
    }
  }

  private static void storeSlopes(
      ByteBuffer dx,
      int dxAt,
      ByteBuffer dy,
      int dyAt,
      ByteBuffer x,
      int xAt,
      ByteBuffer weight,
      int count,
      float centre,
      float factor,
      float average,
      float along) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector slope = load(dy, dyAt + 4 * j).mul(load(weight, 4 * j)).sub(average);
      FloatVector value = load(x, xAt + 4 * j).sub(centre).mul(factor);
      store(slope.sub(value.mul(along)).mul(factor), dx, dxAt + 4 * j);
    }
    for (; j < count; j++) {
      float slope = dy.getFloat(dyAt + 4 * j) * weight.getFloat(4 * j) - average;
      float value = (x.getFloat(xAt + 4 * j) - centre) * factor;
      dx.putFloat(dxAt + 4 * j, (slope - value * along) * factor);
    }
  }

  private static void addSlopes(
      ByteBuffer dx,
      int dxAt,
      ByteBuffer dy,
      int dyAt,
      ByteBuffer x,
      int xAt,
      ByteBuffer weight,
      int count,
      float centre,
      float factor,
      float average,
      float along) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector slope = load(dy, dyAt + 4 * j).mul(load(weight, 4 * j)).sub(average);
      FloatVector value = load(x, xAt + 4 * j).sub(centre).mul(factor);
      FloatVector sum = load(dx, dxAt + 4 * j).add(slope.sub(value.mul(along)).mul(factor));
      store(sum, dx, dxAt + 4 * j);
    }
    for (; j < count; j++) {
      float slope = dy.getFloat(dyAt + 4 * j) * weight.getFloat(4 * j) - average;
      float value = (x.getFloat(xAt + 4 * j) - centre) * factor;
      dx.putFloat(dxAt + 4 * j, dx.getFloat(dxAt + 4 * j) + (slope - value * along) * factor);
    }
  }
}
