package parrot.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Float32 values in halves: products take the upper ones, and no bit is lost. */
class MasterTest {

  /** Every upper half with lower ones around a tie and at both ends, and random patterns. */
  private static List<Integer> patterns() {
    List<Integer> patterns = new ArrayList<>();
    for (int upper = 0; upper < 1 << 16; upper++) {
      for (int lower : new int[] {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff}) {
        patterns.add(upper << 16 | lower);
      }
    }
    new java.util.Random(1).ints(100_000).forEach(patterns::add);
    return patterns;
  }

  /** Negative values, denormal ones, infinity and not-a-number among them. */
  @Test
  void everyPatternOfBitsComesBack() {
    for (int bits : patterns()) {
      float value = Float.intBitsToFloat(bits);
      int again = Float.floatToRawIntBits(Master.join(Master.high(value), Master.low(value)));
      if (again != bits) {
        assertThat(Integer.toHexString(again)).isEqualTo(Integer.toHexString(bits));
      }
    }
  }

  @Test
  void theUpperHalfIsTheNearestBfloat16() {
    for (int bits : patterns()) {
      float value = Float.intBitsToFloat(bits);
      boolean tie = (bits & 0xffff) == 0x8000;
      if (!Float.isNaN(value) && !tie && Master.high(value) != ElementType.toBf16(value)) {
        assertThat(value).as("rounded as " + ElementType.toBf16(value)).isNaN();
      }
    }
    assertThat(Master.high(Float.intBitsToFloat(0x3f80_8000))).isEqualTo((short) 0x3f81);
    assertThat(Master.high(Float.intBitsToFloat(0xbf80_8000))).isEqualTo((short) 0xbf81);
    assertThat(Master.high(Float.NaN)).isEqualTo((short) 0x7fc0);
    assertThat(Master.high(Float.POSITIVE_INFINITY)).isEqualTo((short) 0x7f80);
  }

  @Test
  void readsAndWritesWindowsAsFloat32() {
    Master split =
        Master.split(
            Tensor.allocate(ElementType.BF16, 2, 3), Tensor.allocate(ElementType.BF16, 2, 3));
    Master copied = Master.copied(Tensor.allocate(2, 3), Tensor.allocate(ElementType.BF16, 2, 3));
    for (Master master : List.of(split, copied)) {
      master.set(1, new float[] {1.1f, -2.2f, 3.3f, 9}, 3);
      ByteBuffer floats = ByteBuffer.allocate(4 * 4).order(ByteOrder.nativeOrder());
      master.window(2, 3).read(floats, 4);
      assertThat(floats.asFloatBuffer().get(1)).isEqualTo(-2.2f);
      assertThat(floats.asFloatBuffer().get(2)).isEqualTo(3.3f);
      assertThat(floats.asFloatBuffer().get(3)).isZero();
      assertThat(master.factor().get(1, 0)).isEqualTo(3.296875f);
    }
  }

  @Test
  void refusesValuesThatLieNowhereOrTwice() {
    Tensor half = Tensor.allocate(ElementType.BF16, 1, 1);
    assertThatThrownBy(() -> new Master(null, half, null))
        .hasMessage("Values lie either whole or in two halves");
    assertThatThrownBy(() -> new Master(Tensor.allocate(1, 1), half, half))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Master.whole(half).window(1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
