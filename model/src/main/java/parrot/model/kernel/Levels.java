package parrot.model.kernel;

/**
 * The levels between -1 and 1 that 8 bits stand for: the dynamic data type of 8-bit Adam (Dettmers
 * et al., arXiv 2110.02861, section 1.3). Seven decades below 1 have levels, each twice as many as
 * the one below it, in equal steps; besides there are 0 and 1. So small values keep a digit, and
 * large ones two.
 */
public enum Levels {
  /** A sign, and 1, 2, 4 up to 64 levels in the decades; the largest is 1. */
  SIGNED(1),

  /** No sign, and 2, 4, 8 up to 256 levels; a positive value never becomes 0. */
  UNSIGNED(2);

  private static final int DECADES = 7;
  private static final int SHIFT = 16;

  private final boolean signed;
  private final float[] levels; // of sizes, ascending from 0
  private final float[] byCode = new float[1 << Byte.SIZE];
  private final float[] borders; // half way from one level to the next
  private final byte[] first; // by the upper bits of a size: the nearest level of the smallest one

  Levels(int lowest) {
    signed = lowest == 1;
    levels = levels(lowest);
    borders = new float[levels.length - 1];
    for (int i = 0; i < borders.length; i++) {
      borders[i] = (levels[i] + levels[i + 1]) / 2;
    }
    for (int code = 0; code < byCode.length; code++) {
      byCode[code] = signed && code > 0x7f ? -levels[code & 0x7f] : levels[code];
    }
    first = new byte[(Float.floatToRawIntBits(1) >> SHIFT) + 1];
    int level = 0;
    for (int bits = 0; bits < first.length; bits++) {
      level = nearest(Float.intBitsToFloat(bits << SHIFT), level);
      first[bits] = (byte) level;
    }
  }

  private static float[] levels(int lowest) {
    int sum = lowest * ((1 << DECADES) - 1);
    boolean signed = lowest == 1;
    float[] levels = new float[signed ? sum + 1 : sum + 2];
    int next = 1;
    for (int decade = 0; decade < DECADES; decade++) {
      int count = lowest << decade;
      for (int i = 0; i < count; i++) {
        double inDecade = 0.1 + 0.9 * (i + 0.5) / count;
        levels[next++] = (float) (inDecade * Math.pow(10, decade - DECADES + 1));
      }
    }
    levels[levels.length - 1] = 1;
    return levels;
  }

  /** The nearest level, looked for upwards from one that is not above it. */
  private int nearest(float size, int from) {
    int level = from;
    while (level < borders.length && size > borders[level]) {
      level++;
    }
    return level;
  }

  /** Half way from one level of size to the next, ascending. */
  public float[] borders() {
    return borders.clone();
  }

  /** Whether a code has a sign. */
  public boolean isSigned() {
    return signed;
  }

  /** The level of each code. */
  public float[] byCode() {
    return byCode.clone();
  }

  /** The level of a code. */
  float level(byte code) {
    return byCode[code & 0xff];
  }

  /**
   * The code of the level nearest to a value; of two, the smaller.
   *
   * @param scale the largest size; not-a-number gives the code of 1
   */
  byte code(float value, float scale) {
    if (value == 0) {
      return 0;
    }
    float size = Math.abs(value) / scale;
    if (!(size < 1)) {
      return (byte) (levels.length - 1 | (signed && value < 0 ? 0x80 : 0));
    }
    int level = nearest(size, first[Float.floatToRawIntBits(size) >> SHIFT] & 0xff);
    if (signed) {
      return (byte) (value < 0 ? level | 0x80 : level);
    }
    return (byte) Math.max(1, level);
  }
}
