package parrot.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void viewsShareMemory(ElementType type) {
    Tensor tensor = Tensor.allocate(type, 2, 3);
    tensor.set(new float[] {1, 2, 3, 4, 5, 6});
    Tensor corner = tensor.columns(1, 3).rows(1, 2);
    corner.set(0, 1, 60);
    assertThat(tensor.toArray()).containsExactly(1, 2, 3, 4, 5, 60);
    assertThat(tensor.columns(1, 2).toArray()).containsExactly(2, 5);
    assertThat(tensor.reshape(3, 2).get(2, 1)).isEqualTo(60);
    assertThat(corner.address() - tensor.address()).isEqualTo(4L * type.bytes());
    assertThat(corner.type()).isEqualTo(type);
    tensor.columns(0, 2).set(new float[] {-1, -2, -4, -5});
    assertThat(tensor.toArray()).containsExactly(-1, -2, 3, -4, -5, 60);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void startsAlignedAndZero(ElementType type) {
    Tensor tensor = Tensor.allocate(type, 3, 5);
    assertThat(tensor.address() % 64).isZero();
    assertThat(tensor.toArray()).hasSize(15).containsOnly(0);
  }

  @Test
  void roundsWhatIsSet() {
    Tensor tensor = Tensor.allocate(ElementType.BF16, 1, 3);
    tensor.set(0, 0, 1.001f);
    tensor.set(0, 1, -1e-30f);
    tensor.set(0, 2, 3.14159f);
    assertThat(tensor.get(0, 0)).isEqualTo(1);
    assertThat(tensor.get(0, 1)).isEqualTo(ElementType.fromBf16(ElementType.toBf16(-1e-30f)));
    assertThat(tensor.get(0, 2)).isEqualTo(3.140625f);
    assertThat(tensor.buffer().getShort(tensor.at(0, 2))).isEqualTo((short) 0x4049);
  }

  @Test
  void sizesAndPlacesAreInValuesAndBytesInTheTypes() {
    Tensor tensor = Tensor.allocate(ElementType.BF16, 4, 6).columns(2, 5);
    assertThat(tensor.stride()).isEqualTo(6);
    assertThat(tensor.size()).isEqualTo(12);
    assertThat(tensor.at(1, 1)).isEqualTo(14);
    assertThat(tensor.isContiguous()).isFalse();
    assertThat(tensor.rows(1, 2).isContiguous()).isTrue();
  }

  /** Pages that nothing touches take no memory, so 3 GiB cost a few of them. */
  @Test
  void isReadInWindowsBeyondWhatABufferHolds() {
    try (BytePointer memory = new BytePointer(3L << 30)) {
      int rows = 3 << 18;
      Tensor tensor = Tensor.view(memory.address(), rows, 1024, memory);
      tensor.set(rows - 1, 7, 2.5f);
      assertThat(tensor.hasBuffer()).isFalse();
      assertThatThrownBy(tensor::buffer)
          .hasMessage("Cannot view Tensor[786432 x 1024] as one buffer: it exceeds 2 GiB");
      assertThat(tensor.get(rows - 1, 7)).isEqualTo(2.5f);
      assertThat(tensor.rows(rows - 1, rows).columns(7, 8).toArray()).containsExactly(2.5f);
      List<Tensor> windows = tensor.windows();
      assertThat(windows).hasSize(2).allMatch(Tensor::hasBuffer);
      assertThat(windows.get(0).rows() + windows.get(1).rows()).isEqualTo(rows);
      assertThat(windows.get(1).get(windows.get(1).rows() - 1, 7)).isEqualTo(2.5f);
    }
    Tensor small = Tensor.allocate(2, 2);
    assertThat(small.windows()).containsExactly(small);
  }

  @Test
  void namesItsType() {
    assertThat(Tensor.allocate(ElementType.BF16, 2, 3)).hasToString("Tensor[bf16 2 x 3]");
    assertThat(Tensor.allocate(2, 3).columns(0, 2)).hasToString("Tensor[2 x 2, stride 3]");
  }

  @Test
  void refusesViewsOutsideOfATensor() {
    Tensor tensor = Tensor.allocate(2, 3);
    assertThatThrownBy(() -> tensor.rows(1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot take rows 1 to 3 of Tensor[2 x 3]");
    assertThatThrownBy(() -> tensor.columns(0, 2).reshape(4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot take reshape to 4 x 1 of Tensor[2 x 2, stride 3]");
    Tensor rounded = Tensor.allocate(ElementType.BF16, 2, 3);
    assertThatThrownBy(() -> rounded.set(new float[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot take set from 5 values of Tensor[bf16 2 x 3]");
  }

  /** Half the bytes, twice the values. */
  /** Bits of a float32 and those of the nearest bfloat16. */
  @ParameterizedTest
  @CsvSource({
    "3f800000, 3f80",
    "3f808000, 3f80", // a tie, to even
    "3f818000, 3f82", // a tie, to even
    "3f808001, 3f81",
    "3f817fff, 3f81",
    "bf808001, bf81",
    "00000000, 0000",
    "80000000, 8000",
    "00000001, 0000",
    "00018000, 0002",
    "7f7f7fff, 7f7f",
    "7f7f8000, 7f80", // beyond the largest
    "7f800000, 7f80",
    "ff800000, ff80",
    "7fc00000, 7fc0",
    "7f800001, 7fc0",
    "7fffffff, 7fc0",
    "ffffffff, 7fc0"
  })
  void roundsToTheNearestTiesToEven(String from, String to) {
    float value = Float.intBitsToFloat(Integer.parseUnsignedInt(from, 16));
    assertThat(ElementType.toBf16(value)).isEqualTo((short) Integer.parseInt(to, 16));
  }

  @Test
  void roundingIsExactOnWhatIsRounded() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = ElementType.fromBf16((short) bits);
      if (Float.isNaN(value)) {
        assertThat(ElementType.fromBf16(ElementType.toBf16(value))).isNaN();
      } else {
        assertThat(ElementType.toBf16(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundingMovesAValueByHalfAUnitAtMost() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(200) - 100));
      float rounded = ElementType.fromBf16(ElementType.toBf16(value));
      assertThat(Math.abs(rounded - value)).isLessThanOrEqualTo(Math.ulp(value) * (1 << 15));
    }
  }
}
