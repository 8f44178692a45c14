package parrot.model.dl4j;

import java.nio.ByteBuffer;

/** A vector of what a replica trains, read and written as float32 whatever it lies in memory as. */
public interface StateVector {
  /** Values that are looked at together. */
  int LOOKED_AT = 1 << 22;

  /** Values. */
  long length();

  /**
   * {@code count} values from a place on as float32 in native order: a view of memory, or a copy.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  ByteBuffer read(long from, int count);

  /**
   * Takes values from a place on.
   *
   * @param floats float32 in native order, from its first byte to its last
   */
  void write(long from, ByteBuffer floats);

  /** Makes every value zero. */
  void clear();

  /** Whether every value is a number; reads memory once. */
  default boolean isFinite() {
    for (long from = 0; from < length(); from += LOOKED_AT) {
      if (!isFinite(read(from, (int) Math.min(LOOKED_AT, length() - from)))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFinite(ByteBuffer floats) {
    // 0 * x is 0 for every number and NaN for the rest, so one sum judges all.
    float judge = 0;
    for (int i = 0; i < floats.capacity(); i += Float.BYTES) {
      judge += 0 * floats.getFloat(i);
    }
    return judge == 0;
  }
}
