package parrot.model.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Float32 values [rows, columns] that an optimizer changes, and what of them enters products.
 *
 * <p>They lie whole, or in halves of 16 bits: the higher ones are a bfloat16 that products take as
 * it is, the lower ones a signed number that is added to the bits. With {@code high = (bits +
 * 0x8000) >> 16} and {@code low = (short) bits} every pattern of bits comes back: {@code bits =
 * (high << 16) + low}. High is the nearest bfloat16, ties away from zero.
 *
 * @param whole float32; null if the values lie in halves
 * @param high bfloat16; null if products take {@code whole}
 * @param low 16 bits for each value, whose type tells nothing but the size; null if the values are
 *     whole
 */
public record Master(Tensor whole, Tensor high, Tensor low) {
  private static final int HALF = 0x8000;

  public Master {
    if (whole == null && (high == null || low == null) || whole != null && low != null) {
      throw new IllegalArgumentException("Values lie either whole or in two halves");
    }
  }

  /** Float32 values, which also enter products. */
  public static Master whole(Tensor values) {
    return new Master(values, null, null);
  }

  /** Float32 values, and a bfloat16 copy for products. */
  public static Master copied(Tensor values, Tensor copy) {
    return new Master(values, copy, null);
  }

  /** Values in halves. */
  public static Master split(Tensor high, Tensor low) {
    return new Master(null, high, low);
  }

  /** The upper half of a value. */
  public static short high(float value) {
    return (short) (Float.floatToRawIntBits(value) + HALF >>> 16);
  }

  /** The lower half of a value. */
  public static short low(float value) {
    return (short) Float.floatToRawIntBits(value);
  }

  /** The value with these halves. */
  public static float join(short high, short low) {
    return Float.intBitsToFloat((high << 16) + low);
  }

  /** The same values in other memory; itself if they lie there. */
  public Master in(Memory other) {
    return other == memory() ? this : new Master(in(whole, other), in(high, other), in(low, other));
  }

  private static Tensor in(Tensor tensor, Memory other) {
    return tensor == null ? null : tensor.in(other);
  }

  /** Where they lie. */
  public Memory memory() {
    return factor().memory();
  }

  public boolean isSplit() {
    return low != null;
  }

  /** What enters products. */
  public Tensor factor() {
    return high == null ? whole : high;
  }

  public int rows() {
    return factor().rows();
  }

  public int columns() {
    return factor().columns();
  }

  public long size() {
    return factor().size();
  }

  /** {@code count} values from a place on, in row-major order, [1, count]. */
  public Master window(long from, int count) {
    return new Master(
        window(whole, from, count), window(high, from, count), window(low, from, count));
  }

  private static Tensor window(Tensor tensor, long from, int count) {
    return tensor == null ? null : tensor.window(from, count);
  }

  /** Writes the copy that products take. */
  public void round() {
    for (int row = 0; row < rows(); row++) {
      ByteBuffer from = whole.rows(row, row + 1).buffer();
      ByteBuffer to = high.rows(row, row + 1).buffer();
      for (int i = 0; i < columns(); i++) {
        to.putShort(Short.BYTES * i, high(from.getFloat(Float.BYTES * i)));
      }
    }
  }

  /** Copies values of a window to a buffer in native order. */
  public void read(ByteBuffer floats, int at) {
    if (!memory().isHost()) {
      in(Memory.HOST).read(floats, at);
      return;
    }
    int count = columns();
    if (!isSplit()) {
      floats.put(at, whole.buffer(), 0, Float.BYTES * count);
      return;
    }
    ByteBuffer highs = high.buffer();
    ByteBuffer lows = low.buffer();
    for (int i = 0; i < count; i++) {
      floats.putFloat(
          at + Float.BYTES * i,
          join(highs.getShort(Short.BYTES * i), lows.getShort(Short.BYTES * i)));
    }
  }

  /** Takes values from a place on, in row-major order. */
  public void set(long from, float[] values, int count) {
    ByteBuffer floats = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.nativeOrder());
    floats.asFloatBuffer().put(values, 0, count);
    window(from, count).write(floats, 0);
  }

  /** Takes the values of a window from a buffer in native order. */
  public void write(ByteBuffer floats, int at) {
    if (!memory().isHost()) {
      Master host = new Master(blank(whole), blank(high), blank(low));
      host.write(floats, at);
      copy(whole, host.whole);
      copy(high, host.high);
      copy(low, host.low);
      return;
    }
    int count = columns();
    if (whole != null) {
      whole.buffer().put(0, floats, at, Float.BYTES * count);
    }
    if (high == null) {
      return;
    }
    ByteBuffer highs = high.buffer();
    for (int i = 0; i < count; i++) {
      float value = floats.getFloat(at + Float.BYTES * i);
      highs.putShort(Short.BYTES * i, high(value));
      if (low != null) {
        low.buffer().putShort(Short.BYTES * i, low(value));
      }
    }
  }

  private static Tensor blank(Tensor tensor) {
    return tensor == null ? null : Tensor.allocate(tensor.type(), tensor.rows(), tensor.columns());
  }

  private static void copy(Tensor to, Tensor from) {
    if (to != null) {
      to.set(from);
    }
  }
}
