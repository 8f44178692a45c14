package parrot.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors in memory that code cannot reach in place. */
class MemoryTest {
  private final ForeignMemory device = new ForeignMemory();

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void valuesGoThereAndComeBack(ElementType type) {
    Tensor host = Tensor.allocate(type, 2, 3);
    host.set(new float[] {1, 2, 3, 4, 5, 6});
    Tensor there = host.in(device);
    assertThat(there.memory()).isSameAs(device);
    assertThat(there.in(device)).isSameAs(there);
    assertThat(there.in(Memory.HOST).toArray()).containsExactly(1, 2, 3, 4, 5, 6);
    there.set(1, 1, 7);
    assertThat(there.get(1, 1)).isEqualTo(7);
    assertThat(there.toArray()).containsExactly(1, 2, 3, 4, 7, 6);
    there.set(new float[] {6, 5, 4, 3, 2, 1});
    assertThat(there.toArray()).containsExactly(6, 5, 4, 3, 2, 1);
  }

  @Test
  void viewsWithGapsMoveOnlyTheirOwnValues() {
    Tensor whole = Tensor.of(2, 4, 1, 2, 3, 4, 5, 6, 7, 8).in(device);
    Tensor middle = whole.columns(1, 3);
    assertThat(middle.toArray()).containsExactly(2, 3, 6, 7);
    middle.set(Tensor.of(2, 2, -1, -2, -3, -4));
    assertThat(whole.toArray()).containsExactly(1, -1, -2, 4, 5, -3, -4, 8);
    assertThat(whole.rows(1, 2).toArray()).containsExactly(5, -3, -4, 8);
  }

  @Test
  void whatLiesWithoutGapsMovesAtOnce() {
    Tensor there = Tensor.allocate(100, 7).in(device);
    device.transfers();
    there.toArray();
    assertThat(device.transfers()).isEqualTo(1);
  }

  @Test
  void newMemoryIsZero() {
    assertThat(Tensor.allocate(device, ElementType.F32, 3, 2).toArray()).containsOnly(0);
  }

  @Test
  void memoryOfADeviceHasNoBuffer() {
    Tensor there = Tensor.allocate(2, 2).in(device);
    assertThat(there.hasBuffer()).isFalse();
    assertThatThrownBy(there::buffer)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot view Tensor[2 x 2] as one buffer: it lies on a device");
  }

  @Test
  void anArenaTakesFromWhereItIsTold() {
    try (Arena arena = new Arena(device)) {
      Tensor tensor = arena.take(ElementType.BF16, 2, 3);
      assertThat(tensor.memory()).isSameAs(device);
      assertThat(tensor.address() % 64).isZero();
      tensor.set(new float[6]);
      assertThat(tensor.rows(1, 2).toArray()).containsOnly(0);
    }
  }
}
