package parrot.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Pixels as ints: the first sample in the lowest byte, then the second and the third. Java's
 * compiler makes vector instructions of plain loops over ints, but none of loops over every third
 * byte.
 */
final class PackedRgb {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private PackedRgb() {}

  /** The pixel whose first sample is at an offset; its highest byte means nothing. */
  static int load(byte[] rgb, int at) {
    return at + Integer.BYTES <= rgb.length
        ? (int) INTS.get(rgb, at)
        : (rgb[at] & 255) | (rgb[at + 1] & 255) << 8 | (rgb[at + 2] & 255) << 16;
  }

  /** Loads {@code packed.length} pixels that lie side by side. */
  static void load(byte[] rgb, int at, int[] packed) {
    for (int i = 0; i < packed.length; i++) {
      packed[i] = load(rgb, at + 3 * i);
    }
  }

  /** Stores pixels side by side from an offset on. */
  static void store(int[] packed, byte[] rgb, int at) {
    int last = packed.length - 1;
    for (int i = 0; i < last; i++) {
      INTS.set(rgb, at + 3 * i, packed[i]); // the fourth byte is the next pixel's, which follows
    }
    int end = at + 3 * last;
    rgb[end] = (byte) packed[last];
    rgb[end + 1] = (byte) (packed[last] >> 8);
    rgb[end + 2] = (byte) (packed[last] >> 16);
  }
}
