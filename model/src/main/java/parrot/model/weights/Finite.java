package parrot.model.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Tells NaN and infinity from other values by their exponent, the largest: adding one to it carries
 * into the sign.
 */
final class Finite {
  private Finite() {}

  static boolean all(float[] values, int count) {
    int special = 0;
    for (int i = 0; i < count; i++) {
      special |= (Float.floatToRawIntBits(values[i]) & 0x7f800000) + 0x00800000;
    }
    return special >= 0;
  }

  /** Looks at 8 bytes at once: two or four values. Contiguous tensors of at most 2 GiB only. */
  static boolean all(Tensor tensor) {
    boolean half = tensor.type() == ElementType.BF16;
    long exponents = half ? 0x7f80_7f80_7f80_7f80L : 0x7f80_0000_7f80_0000L;
    long one = half ? 0x0080_0080_0080_0080L : 0x0080_0000_0080_0000L;
    long signs = half ? 0x8000_8000_8000_8000L : 0x8000_0000_8000_0000L;
    ByteBuffer bytes = tensor.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int count = bytes.capacity();
    int whole = count & -Long.BYTES;
    long special = 0;
    for (int i = 0; i < whole; i += Long.BYTES) {
      special |= (bytes.getLong(i) & exponents) + one;
    }
    long rest = 0;
    for (int i = whole; i < count; i++) {
      rest |= (bytes.get(i) & 0xffL) << Byte.SIZE * (i - whole);
    }
    special |= (rest & exponents) + one;
    return (special & signs) == 0;
  }
}
