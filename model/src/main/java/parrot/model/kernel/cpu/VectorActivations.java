package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.Spans.in;
import static parrot.model.kernel.cpu.Spans.out;
import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import parrot.model.kernel.Activation;
import parrot.model.tensor.Tensor;

/**
 * Non-linearities. Each loop is a method of its own: the compiler keeps vectors in registers only
 * where it sees the whole loop.
 */
final class VectorActivations {
  private static final float QUICK = 1.702f;

  /**
   * {@code (1 + tanh(a)) / 2} is {@code sigmoid(2 a)}, with {@code 2 a = x (LINEAR + CUBIC x^2)}.
   */
  private static final float LINEAR = 1.5957691216057308f; // 2 sqrt(2 / pi)

  private static final float CUBIC = 0.07135481627159545f; // 0.044715 of it

  private VectorActivations() {}

  static void activate(Workers workers, Tensor y, Tensor x, Activation activation) {
    Spans.forEach(
        workers,
        run -> {
          switch (activation) {
            case GELU -> gelu(run.buffer(0), run.at(0), run.buffer(1), run.at(1), run.count());
            case QUICK_GELU ->
                quickGelu(run.buffer(0), run.at(0), run.buffer(1), run.at(1), run.count());
            case TANH_GELU ->
                tanhGelu(run.buffer(0), run.at(0), run.buffer(1), run.at(1), run.count());
          }
        },
        out(y),
        in(x));
  }

  static void activateBackward(
      Workers workers, Tensor dx, Tensor dy, Tensor x, Activation activation) {
    Spans.forEach(
        workers,
        run -> {
          switch (activation) {
            case GELU ->
                geluBackward(
                    run.buffer(0),
                    run.at(0),
                    run.buffer(1),
                    run.at(1),
                    run.buffer(2),
                    run.at(2),
                    run.count());
            case QUICK_GELU ->
                quickGeluBackward(
                    run.buffer(0),
                    run.at(0),
                    run.buffer(1),
                    run.at(1),
                    run.buffer(2),
                    run.at(2),
                    run.count());
            case TANH_GELU ->
                tanhGeluBackward(
                    run.buffer(0),
                    run.at(0),
                    run.buffer(1),
                    run.at(1),
                    run.buffer(2),
                    run.at(2),
                    run.count());
          }
        },
        out(dx),
        in(dy),
        in(x));
  }

  static void swiglu(Workers workers, Tensor y, Tensor gate, Tensor up) {
    Spans.forEach(
        workers,
        run ->
            swiglu(
                run.buffer(0),
                run.at(0),
                run.buffer(1),
                run.at(1),
                run.buffer(2),
                run.at(2),
                run.count()),
        out(y),
        in(gate),
        in(up));
  }

  static void swigluBackward(
      Workers workers, Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    Spans.forEach(
        workers,
        run ->
            swigluBackward(
                run.buffer(0),
                run.at(0),
                run.buffer(1),
                run.at(1),
                run.buffer(2),
                run.at(2),
                run.buffer(3),
                run.at(3),
                run.buffer(4),
                run.at(4),
                run.count()),
        out(dgate),
        out(dup),
        in(dy),
        in(gate),
        in(up));
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

  private static void tanhGelu(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, xAt + 4 * j);
      FloatVector twice = value.mul(value.mul(value).mul(CUBIC).add(LINEAR));
      store(value.mul(VectorMath.sigmoid(twice)), y, yAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = x.getFloat(xAt + 4 * j);
      float twice = value * (value * value * CUBIC + LINEAR);
      y.putFloat(yAt + 4 * j, value * VectorMath.sigmoid(twice));
    }
  }

  private static void tanhGeluBackward(
      ByteBuffer dx, int dxAt, ByteBuffer dy, int dyAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector value = load(x, xAt + 4 * j);
      FloatVector cubic = value.mul(value).mul(CUBIC);
      FloatVector sigmoid = VectorMath.sigmoid(value.mul(cubic.add(LINEAR)));
      FloatVector inner = value.mul(cubic.mul(3).add(LINEAR));
      FloatVector slope = VectorMath.swishSlope(inner, sigmoid, 1);
      store(slope.mul(load(dy, dyAt + 4 * j)), dx, dxAt + 4 * j);
    }
    for (; j < count; j++) {
      float value = x.getFloat(xAt + 4 * j);
      float cubic = value * value * CUBIC;
      float sigmoid = VectorMath.sigmoid(value * (cubic + LINEAR));
      float slope = VectorMath.swishSlope(value * (3 * cubic + LINEAR), sigmoid, 1);
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
