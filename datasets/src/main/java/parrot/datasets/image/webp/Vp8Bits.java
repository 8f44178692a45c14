package parrot.datasets.image.webp;

/** The arithmetic decoder of VP8 (RFC 6386, section 7) over one partition; zeros follow its end. */
final class Vp8Bits {
  private final byte[] data;
  private final int end;
  private int at;
  private int range = 255;
  private long value; // 8 + spare bits
  private int spare = -8;

  Vp8Bits(byte[] data, int start, int end) {
    this.data = data;
    this.at = start;
    this.end = end;
  }

  /** A bit that is 0 with probability {@code p / 256}. */
  int bit(int p) {
    while (spare < 0) {
      value = value << 8 | (at < end ? data[at] & 255 : 0);
      at++;
      spare += 8;
    }
    int split = 1 + ((range - 1) * p >> 8);
    int bit = 0;
    if (value >>> spare >= split) {
      value -= (long) split << spare;
      range -= split;
      bit = 1;
    } else {
      range = split;
    }
    int shift = Integer.numberOfLeadingZeros(range) - 24;
    range <<= shift;
    spare -= shift;
    return bit;
  }

  boolean flag() {
    return bit(128) != 0;
  }

  /** A number of so many bits, the highest first. */
  int number(int bits) {
    int number = 0;
    for (int i = 0; i < bits; i++) {
      number = number << 1 | bit(128);
    }
    return number;
  }

  /** A magnitude of so many bits and a sign. */
  int signed(int bits) {
    int magnitude = number(bits);
    return flag() ? -magnitude : magnitude;
  }

  /** {@link #signed} after a flag that is set, or 0. */
  int optional(int bits) {
    return flag() ? signed(bits) : 0;
  }
}
