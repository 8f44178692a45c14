package parrot.model.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rounding to bfloat16, the upper half of a float32: to the nearest, ties to even. */
final class Bf16 {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int INFINITY = 0x7f80_0000;
  private static final int NOT_A_NUMBER = 0x7fc0;

  private Bf16() {}

  /** Rounds {@code count} values; offsets in bytes. */
  static void round(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count) {
    int width = INTS.length();
    int j = 0;
    for (; j <= count - width; j += width) {
      IntVector bits = IntVector.fromByteBuffer(INTS, x, xAt + 4 * j, ORDER);
      IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector rounded =
          bits.add(0x7fff)
              .add(odd)
              .lanewise(VectorOperators.LSHR, 16)
              .blend(
                  NOT_A_NUMBER, bits.and(Integer.MAX_VALUE).compare(VectorOperators.GT, INFINITY));
      ((ShortVector) rounded.convertShape(VectorOperators.I2S, SHORTS, 0))
          .intoByteBuffer(y, yAt + 2 * j, ORDER);
    }
    for (; j < count; j++) {
      y.putShort(yAt + 2 * j, round(x.getInt(xAt + 4 * j)));
    }
  }

  private static short round(int bits) {
    if ((bits & Integer.MAX_VALUE) > INFINITY) {
      return NOT_A_NUMBER;
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  /** Sets {@code count} bfloat16 values to 0. */
  static void clear(ByteBuffer y, int at, int count) {
    for (int j = 0; j < count; j++) {
      y.putShort(at + 2 * j, (short) 0);
    }
  }
}
