package parrot.model.tensor;

/** How a tensor stores a value. */
public enum ElementType {
  /** IEEE 754 single precision. */
  F32(4),
  /** bfloat16, the upper half of a float32. */
  BF16(2);

  private static final int INFINITY = 0x7f80_0000;
  private static final short NOT_A_NUMBER = 0x7fc0;

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value. */
  public int bytes() {
    return bytes;
  }

  /** The nearest bfloat16, ties to even, as its bits; not-a-number stays one. */
  public static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & Integer.MAX_VALUE) > INFINITY) {
      return NOT_A_NUMBER;
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  /** The value that the bits of a bfloat16 stand for. */
  public static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
