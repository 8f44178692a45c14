package parrot.model.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rounds values to whole steps. Values of a block share the size of a step, which is set by the
 * block's largest. Sizes of all blocks come first, float32 in little-endian order, then the steps,
 * packed from the lowest bits of each byte.
 *
 * @param bits of a value: 4 or 8
 * @param block values that share a size; even, and divides {@link StateLayout#CHUNK}
 */
record BlockRounding(int bits, int block) {

  /** Bytes of so many values. */
  int bytes(int values) {
    return start(values) + (values * bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Of the steps. */
  private int start(int values) {
    return Float.BYTES * ((values + block - 1) / block);
  }

  /**
   * Encodes one block.
   *
   * @param change its values, from the first element; their steps afterwards
   * @param from place of its first value
   * @param length of the block; only the last one may be shorter than the others
   * @param count of all values
   * @param encoded where all values go
   * @param residual of all values, where what rounding loses is put; null if it is not kept
   */
  void encode(
      float[] change, int from, int length, int count, byte[] encoded, ByteBuffer residual) {
    float most = 0;
    for (int i = 0; i < length; i++) {
      most = Math.max(most, Math.abs(change[i]));
    }
    float scale = most / ((1 << bits - 1) - 1);
    if (scale < Float.MIN_NORMAL) {
      scale = 0; // its inverse may be infinite
    }
    float inverse = 1 / scale;
    little(encoded).putFloat(Float.BYTES * (from / block), scale);
    for (int i = 0; i < length; i++) {
      float exact = change[i] * inverse;
      int step = scale == 0 ? 0 : (int) (exact + (exact < 0 ? -0.5f : 0.5f));
      if (residual != null) {
        residual.putFloat(Float.BYTES * (from + i), change[i] - step * scale);
      }
      change[i] = step;
    }
    pack(change, length, encoded, start(count) + from * bits / Byte.SIZE);
  }

  private void pack(float[] steps, int length, byte[] encoded, int start) {
    if (bits == Byte.SIZE) {
      for (int i = 0; i < length; i++) {
        encoded[start + i] = (byte) steps[i];
      }
      return;
    }
    for (int i = 0; i < length; i += 2) {
      int second = i + 1 < length ? (int) steps[i + 1] : 0;
      encoded[start + i / 2] = (byte) ((int) steps[i] & 15 | second << 4);
    }
  }

  /** Adds the values from {@code from} up to {@code to}, times a weight, to a sum of all values. */
  void addTo(float[] sum, byte[] encoded, int from, int to, float weight) {
    ByteBuffer scales = little(encoded);
    int start = start(sum.length);
    int end;
    for (int i = from; i < to; i = end) {
      end = Math.min(to, (i / block + 1) * block);
      float scale = scales.getFloat(Float.BYTES * (i / block));
      if (bits == Byte.SIZE) {
        for (int k = i; k < end; k++) {
          sum[k] += encoded[start + k] * scale * weight;
        }
      } else {
        for (int k = i; k < end; k++) {
          // The four bits come to the top of the byte, and down again with their sign.
          byte top = (byte) (encoded[start + k / 2] << (k % 2 == 0 ? 4 : 0));
          sum[k] += (top >> 4) * scale * weight;
        }
      }
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
