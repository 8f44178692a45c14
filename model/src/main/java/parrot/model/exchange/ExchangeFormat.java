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
 *   <li>{@code int8}, {@code int4}: what they have changed by, in 8 or 4 bits and a little more for
 *       the sizes of steps, which are set by the largest of each 256 or 64. The residual, what
 *       rounding loses, is kept and added in the next round (error feedback; Seide et al. 2014).
 * </ul>
 */
public enum ExchangeFormat {
  F32(null),
  BF16(null),
  INT8(new BlockRounding(8, 256)),
  INT4(new BlockRounding(4, 64));

  /** Values that are converted together if no rounding says how many. */
  private static final int PIECE = 1 << 12;

  private final BlockRounding rounding; // null if values do not share a size of step

  ExchangeFormat(BlockRounding rounding) {
    this.rounding = rounding;
  }

  /** As in configurations. */
  public String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Whether what travels is what values have changed by. */
  public boolean sendsDifferences() {
    return this != F32;
  }

  /** Whether a replica keeps what rounding has lost, and adds it in the next round. */
  public boolean keepsResidual() {
    return rounding != null;
  }

  /**
   * What moments travel as: they are no differences, and a block's scale would erase small ones.
   */
  public ExchangeFormat forMoments() {
    return rounding == null ? this : BF16;
  }

  /** Bytes of so many values. */
  public int bytes(int values) {
    return switch (this) {
      case F32 -> Float.BYTES * values;
      case BF16 -> Short.BYTES * values;
      case INT8, INT4 -> rounding.bytes(values);
    };
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
    int block = rounding == null ? PIECE : rounding.block();
    float[] change = new float[block];
    ByteBuffer out = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer old = before == null ? null : natively(before);
    ByteBuffer carried = residual == null ? null : natively(residual);
    for (int start = 0; start < count; start += block) {
      int length = Math.min(block, count - start);
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
        rounding.encode(change, start, length, count, encoded, carried);
      }
    }
    return encoded;
  }

  /**
   * Adds encoded values, times a weight, to a sum.
   *
   * @param sum float32, [count]
   * @param from the first value to add
   * @param to after the last one
   */
  void addTo(float[] sum, byte[] encoded, int from, int to, float weight) {
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
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
      case INT8, INT4 -> rounding.addTo(sum, encoded, from, to, weight);
    }
  }

  private static ByteBuffer natively(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
