package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.covered;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import parrot.model.tensor.ElementType;

/** Runs of values between float32 and bfloat16. Offsets in bytes. */
final class Bf16 {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int WIDTH = INTS.length();
  private static final int INFINITY = 0x7f80_0000;
  private static final int NOT_A_NUMBER = 0x7fc0;

  private Bf16() {}

  /** {@code y = x}, rounded to the nearest, ties to even. */
  static void narrow(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      store(FloatVector.fromByteBuffer(VectorMath.FLOATS, x, xAt + 4 * j, ORDER), y, yAt + 2 * j);
    }
    for (; j < count; j++) {
      y.putShort(yAt + 2 * j, ElementType.toBf16(x.getFloat(xAt + 4 * j)));
    }
  }

  /** {@code y = x}, exactly. */
  static void widen(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int count) {
    int end = covered(count);
    int j = 0;
    for (; j < end; j += WIDTH) {
      load(x, xAt + 2 * j).intoByteBuffer(y, yAt + 4 * j, ORDER);
    }
    for (; j < count; j++) {
      y.putFloat(yAt + 4 * j, ElementType.fromBf16(x.getShort(xAt + 2 * j)));
    }
  }

  /** A vector of bfloat16 values as float32; the shift drops what extending the sign adds. */
  static FloatVector load(ByteBuffer x, int at) {
    ShortVector bits = ShortVector.fromByteBuffer(SHORTS, x, at, ORDER);
    return ((IntVector) bits.convertShape(VectorOperators.S2I, INTS, 0))
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /** Rounds a vector. */
  static void store(FloatVector x, ByteBuffer y, int at) {
    IntVector bits = x.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector rounded =
        bits.add(0x7fff)
            .add(odd)
            .lanewise(VectorOperators.LSHR, 16)
            .blend(NOT_A_NUMBER, bits.and(Integer.MAX_VALUE).compare(VectorOperators.GT, INFINITY));
    ((ShortVector) rounded.convertShape(VectorOperators.I2S, SHORTS, 0))
        .intoByteBuffer(y, at, ORDER);
  }

  /** A vector of values that lie in halves, see {@link parrot.model.tensor.Master}. */
  static FloatVector join(ByteBuffer high, ByteBuffer low, int at) {
    ShortVector bits = ShortVector.fromByteBuffer(SHORTS, low, at, ORDER);
    return load(high, at)
        .reinterpretAsInts()
        .add((IntVector) bits.convertShape(VectorOperators.S2I, INTS, 0))
        .reinterpretAsFloats();
  }

  /** The lower half of each value. */
  static void storeLow(FloatVector x, ByteBuffer y, int at) {
    ((ShortVector) x.reinterpretAsInts().convertShape(VectorOperators.I2S, SHORTS, 0))
        .intoByteBuffer(y, at, ORDER);
  }

  /**
   * Rounds a vector to the nearest, ties away from zero, in half the work. Not-a-number stays one
   * unless its lowest 16 bits are used, which those that come out of products are not.
   */
  static void storeQuick(FloatVector x, ByteBuffer y, int at) {
    IntVector rounded = x.reinterpretAsInts().add(0x8000).lanewise(VectorOperators.LSHR, 16);
    ((ShortVector) rounded.convertShape(VectorOperators.I2S, SHORTS, 0))
        .intoByteBuffer(y, at, ORDER);
  }
}
