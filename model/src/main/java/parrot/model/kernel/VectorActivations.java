package parrot.model.kernel;

import static parrot.model.kernel.VectorMath.WIDTH;
import static parrot.model.kernel.VectorMath.covered;
import static parrot.model.kernel.VectorMath.load;
import static parrot.model.kernel.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import parrot.model.tensor.Tensor;

/**
 * Non-linearities. Each loop is a method of its own: the compiler keeps vectors in registers only
 * where it sees the whole loop.
 */
final class VectorActivations {
  private static final float QUICK = 1.702f;

  private VectorActivations() {}

  static void activate(Workers workers, Tensor y, Tensor x, Activation activation) {
    Spans.forEach(
        workers,
        (row, column, count) -> {
          int yAt = Spans.at(y, row, column);
          int xAt = Spans.at(x, row, column);
          switch (activation) {
            case GELU -> gelu(y.buffer(), yAt, x.buffer(), xAt, count);
            case QUICK_GELU -> quickGelu(y.buffer(), yAt, x.buffer(), xAt, count);
          }
        },
        y,
        x);
  }

  static void activateBackward(
      Workers workers, Tensor dx, Tensor dy, Tensor x, Activation activation) {
    Spans.forEach(
        workers,
        (row, column, count) -> {
          int dxAt = Spans.at(dx, row, column);
          int dyAt = Spans.at(dy, row, column);
          int xAt = Spans.at(x, row, column);
          switch (activation) {
            case GELU -> geluBackward(dx.buffer(), dxAt, dy.buffer(), dyAt, x.buffer(), xAt, count);
            case QUICK_GELU ->
                quickGeluBackward(dx.buffer(), dxAt, dy.buffer(), dyAt, x.buffer(), xAt, count);
          }
        },
        dx,
        dy,
        x);
  }

  static void swiglu(Workers workers, Tensor y, Tensor gate, Tensor up) {
    Spans.forEach(
        workers,
        (row, column, count) ->
            swiglu(
                y.buffer(),
                Spans.at(y, row, column),
                gate.buffer(),
                Spans.at(gate, row, column),
                up.buffer(),
                Spans.at(up, row, column),
                count),
        y,
        gate,
        up);
  }

  static void swigluBackward(
      Workers workers, Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    Spans.forEach(
        workers,
        (row, column, count) ->
            swigluBackward(
                dgate.buffer(),
                Spans.at(dgate, row, column),
                dup.buffer(),
                Spans.at(dup, row, column),
                dy.buffer(),
                Spans.at(dy, row, column),
                gate.buffer(),
                Spans.at(gate, row, column),
                up.buffer(),
                Spans.at(up, row, column),
                count),
        dgate,
        dup,
        dy,
        gate,
        up);
  }

  private static void gelu(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, xAt + 4 * j);
      FloatVector share = VectorMath.normalDistribution(value, VectorMath.bell(value));
      store(value.mul(share), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = x.getFloat(xAt + 4 * j);
      y.putFloat(yAt + 4 * j, value * VectorMath.normalDistribution(value, VectorMath.bell(value)));
    }
  }

  private static void geluBackward(
      ByteBuffer dx, int dxAt, ByteBuffer dy, int dyAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector slope = VectorMath.geluSlope(load(x, xAt + 4 * j));
      store(slope.mul(load(dy, dyAt + 4 * j)), dx, dxAt + 4 * j);
    }
    for (; j < count; j++) {
      float slope = VectorMath.geluSlope(x.getFloat(xAt + 4 * j));
      dx.putFloat(dxAt + 4 * j, slope * dy.getFloat(dyAt + 4 * j));
    }
  }

  private static void quickGelu(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, xAt + 4 * j);
      store(value.mul(VectorMath.sigmoid(value.mul(QUICK))), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = x.getFloat(xAt + 4 * j);
      y.putFloat(yAt + 4 * j, value * VectorMath.sigmoid(value * QUICK));
    }
  }

  private static void quickGeluBackward(
      ByteBuffer dx, int dxAt, ByteBuffer dy, int dyAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, xAt + 4 * j);
      FloatVector sigmoid = VectorMath.sigmoid(value.mul(QUICK));
      FloatVector slope = VectorMath.swishSlope(value, sigmoid, QUICK);
      store(slope.mul(load(dy, dyAt + 4 * j)), dx, dxAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = x.getFloat(xAt + 4 * j);
      float slope = VectorMath.swishSlope(value, VectorMath.sigmoid(value * QUICK), QUICK);
      dx.putFloat(dxAt + 4 * j, slope * dy.getFloat(dyAt + 4 * j));
    }
  }

  private static void swiglu(
      ByteBuffer y, int yAt, ByteBuffer gate, int gateAt, ByteBuffer up, int upAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(gate, gateAt + 4 * j);
      FloatVector silu = value.mul(VectorMath.sigmoid(value));
      store(silu.mul(load(up, upAt + 4 * j)), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = gate.getFloat(gateAt + 4 * j);
      y.putFloat(yAt + 4 * j, value * VectorMath.sigmoid(value) * up.getFloat(upAt + 4 * j));
    }
  }

  private static void swigluBackward(
      ByteBuffer dgate,
      int dgateAt,
      ByteBuffer dup,
      int dupAt,
      ByteBuffer dy,
      int dyAt,
      ByteBuffer gate,
      int gateAt,
      ByteBuffer up,
      int upAt,
      int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(gate, gateAt + 4 * j);
      FloatVector slope = load(dy, dyAt + 4 * j);
      FloatVector sigmoid = VectorMath.sigmoid(value);
      FloatVector across = slope.mul(load(up, upAt + 4 * j));
      store(slope.mul(value.mul(sigmoid)), dup, dupAt + 4 * j);
      store(across.mul(VectorMath.swishSlope(value, sigmoid, 1)), dgate, dgateAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = gate.getFloat(gateAt + 4 * j);
      float slope = dy.getFloat(dyAt + 4 * j);
      float sigmoid = VectorMath.sigmoid(value);
      float across = slope * up.getFloat(upAt + 4 * j);
      dup.putFloat(dupAt + 4 * j, slope * (value * sigmoid));
      dgate.putFloat(dgateAt + 4 * j, across * VectorMath.swishSlope(value, sigmoid, 1));
    }
  }
}
