package parrot.model.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import parrot.model.weights.DataType;

/**
 * How a replica's values travel. Sums are float32 whatever travels.
 *
 * <ul>
 *   <li>{@code f32}: the values themselves, 4 bytes each. A difference would lose their last bit.
 *   <li>{@code bf16}: what they have changed by, rounded to nearest, 2 bytes.
 *   <li>{@code int8}: what they have changed by in blocks of {@value #BLOCK}, each with the scale
 *       of its largest, 1 byte and a little. The residual, what rounding loses, is kept and added
 *       in the next round (error feedback; Seide et al. 2014).
 * </ul>
 */
public enum ExchangeFormat {
  F32,
  BF16,
  INT8;

  /** Values that share a scale. Divides {@link StateLayout#CHUNK}. */
  public static final int BLOCK = 256;

  private static final int LARGEST = 127;

  /** As in configurations. */
  public String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Whether a replica keeps what rounding has lost, and adds it in the next round. */
  public boolean keepsResidual() {
    return this == INT8;
  }

  /**
   * What moments travel as: they are no differences, and a block's scale would erase small ones.
   */
  public ExchangeFormat forMoments() {
    return this == INT8 ? BF16 : this;
  }

  /** Bytes of so many values. */
  public int bytes(int values) {
    return switch (this) {
      case F32 -> Float.BYTES * values;
      case BF16 -> Short.BYTES * values;
      case INT8 -> Float.BYTES * blocks(values) + values;
    };
  }

  private static int blocks(int values) {
    return (values + BLOCK - 1) / BLOCK;
  }

  /**
   * Encodes what values have become.
   *
   * @param values after the round, float32 in native order
   * @param before the round, in the same form; not read by {@code f32}. Null stands for zeros
   * @param residual what earlier rounds lost, float32 in native order, updated in place; null if
   *     none is kept
   */
  public byte[] encode(ByteBuffer values, byte[] before, byte[] residual) {
    int count = values.remaining() / Float.BYTES;
    byte[] encoded = new byte[bytes(count)];
    if (this == F32) {
      values.get(values.position(), encoded);
      return encoded;
    }
    ByteBuffer now = values.slice().order(ByteOrder.nativeOrder());
    float[] change = new float[BLOCK];
    ByteBuffer out = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer old = before == null ? null : natively(before);
    ByteBuffer carried = residual == null ? null : natively(residual);
    for (int start = 0; start < count; start += BLOCK) {
      int length = Math.min(BLOCK, count - start);
      for (int i = 0; i < length; i++) {
        int at = Float.BYTES * (start + i);
        float value = now.getFloat(at);
        if (old != null) {
          value -= old.getFloat(at);
        }
        change[i] = carried == null ? value : value + carried.getFloat(at);
      }
      if (this == BF16) {
        for (int i = 0; i < length; i++) {
          out.putShort(Short.BYTES * (start + i), DataType.toBfloat16(change[i]));
        }
      } else {
        round(change, start, length, count, out, carried);
      }
    }
    return encoded;
  }

  /** Scales of all blocks come first, then the values. */
  private static void round(
      float[] change, int start, int length, int count, ByteBuffer out, ByteBuffer carried) {
    float most = 0;
    for (int i = 0; i < length; i++) {
      most = Math.max(most, Math.abs(change[i]));
    }
    float scale = most / LARGEST;
    if (scale < Float.MIN_NORMAL) {
      scale = 0; // its inverse may be no number
    }
    float inverse = 1 / scale;
    out.putFloat(Float.BYTES * (start / BLOCK), scale);
    int values = Float.BYTES * blocks(count) + start;
    for (int i = 0; i < length; i++) {
      float exact = change[i] * inverse;
      int step = scale == 0 ? 0 : (int) (exact + (exact < 0 ? -0.5f : 0.5f));
      out.put(values + i, (byte) step);
      if (carried != null) {
        carried.putFloat(Float.BYTES * (start + i), change[i] - step * scale);
      }
    }
  }

  /**
   * Adds encoded values, times a weight, to a sum.
   *
   * @param sum float32, [count]
   * @param from the first value to add
   * @param to after the last one
   */
  void addTo(float[] sum, byte[] encoded, int from, int to, float weight) {
    ByteBuffer in =
        ByteBuffer.wrap(encoded)
            .order(this == F32 ? ByteOrder.nativeOrder() : ByteOrder.LITTLE_ENDIAN);
    switch (this) {
      case F32 -> {
        float[] piece = new float[Math.min(PIECE, to - from)];
        for (int start = from; start < to; start += PIECE) {
          int length = Math.min(PIECE, to - start);
          in.slice(Float.BYTES * start, Float.BYTES * length)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer()
              .get(piece, 0, length);
          for (int i = 0; i < length; i++) {
            sum[start + i] += piece[i] * weight;
          }
        }
      }
      case BF16 -> {
        for (int i = from; i < to; i++) {
          sum[i] += DataType.fromBfloat16(in.getShort(Short.BYTES * i)) * weight;
        }
      }
      default -> {
        int count = sum.length;
        int values = Float.BYTES * blocks(count);
        for (int i = from; i < to; i++) {
          float scale = in.getFloat(Float.BYTES * (i / BLOCK));
          sum[i] += in.get(values + i) * scale * weight;
        }
      }
    }
  }

  private static final int PIECE = 1 << 14;

  private static ByteBuffer natively(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
