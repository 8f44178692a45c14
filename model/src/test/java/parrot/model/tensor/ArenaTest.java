package parrot.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArenaTest {
  @Test
  void tensorsDoNotOverlapAndAreAligned() {
    try (Arena arena = new Arena()) {
      Tensor first = arena.take(3, 5);
      Tensor second = arena.take(1, 1);
      first.set(0, 0, 1);
      second.set(0, 0, 2);
      assertThat(first.address() % 64).isZero();
      assertThat(second.address() - first.address()).isEqualTo(64);
      assertThat(first.get(0, 0)).isEqualTo(1);
      assertThat(first.get(2, 4)).isEqualTo(first.toArray()[14]);
    }
  }

  @Test
  void addressAndBufferAreTheSameMemory() {
    try (Arena arena = new Arena()) {
      arena.take(1, 3);
      Tensor tensor = arena.take(2, 3);
      tensor.set(1, 2, 42);
      Tensor same = Tensor.view(tensor.address(), 2, 3, tensor);
      assertThat(same.get(1, 2)).isEqualTo(42);
    }
  }

  @Test
  void whatWasTakenSinceAMarkIsGivenBack() {
    try (Arena arena = new Arena()) {
      arena.take(1, 1);
      Arena.Mark mark = arena.mark();
      long address = arena.take(100, 100).address();
      arena.release(mark);
      assertThat(arena.take(2, 2).address()).isEqualTo(address);
    }
  }

  @Test
  void growsToTheLargestStepAndIsReusedFromThenOn() {
    try (Arena arena = new Arena()) {
      for (int i = 0; i < 5; i++) {
        arena.take(1024, 2048);
      }
      arena.reset();
      long capacity = arena.capacity();
      long address = arena.take(1024, 2048).address();
      for (int step = 0; step < 3; step++) {
        arena.reset();
        assertThat(arena.take(1024, 2048).address()).isEqualTo(address);
        for (int i = 0; i < 4; i++) {
          arena.take(1024, 2048);
        }
      }
      assertThat(arena.capacity()).isEqualTo(capacity);
    }
  }

  @Test
  void viewsShareMemory() {
    Tensor tensor = Tensor.of(2, 3, 1, 2, 3, 4, 5, 6);
    tensor.columns(1, 3).rows(1, 2).set(0, 1, 60);
    assertThat(tensor.toArray()).containsExactly(1, 2, 3, 4, 5, 60);
    assertThat(tensor.columns(1, 2).toArray()).containsExactly(2, 5);
    assertThat(tensor.reshape(3, 2).get(2, 1)).isEqualTo(60);
  }

  @Test
  void refusesViewsOutsideOfATensor() {
    Tensor tensor = Tensor.allocate(2, 3);
    assertThatThrownBy(() -> tensor.rows(1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot take rows 1 to 3 of Tensor[2 x 3]");
    assertThatThrownBy(() -> tensor.columns(0, 2).reshape(4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reshape to 4 x 1");
  }
}
