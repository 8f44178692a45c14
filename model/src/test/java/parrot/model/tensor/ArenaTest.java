package parrot.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;

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
  void tensorsOfBothTypesAlternate() {
    try (Arena arena = new Arena()) {
      Tensor rounded = arena.take(ElementType.BF16, 3, 11);
      Tensor full = arena.take(ElementType.F32, 3, 11);
      Tensor behind = arena.take(ElementType.BF16, 1, 1);
      assertThat(rounded.type()).isEqualTo(ElementType.BF16);
      assertThat(full.address() - rounded.address()).isEqualTo(128); // 66 bytes, in lines of 64
      assertThat(behind.address() - full.address()).isEqualTo(192); // 132 bytes
      rounded.set(2, 10, 1);
      full.set(0, 0, 2);
      full.set(2, 10, 3);
      behind.set(0, 0, 4);
      assertThat(rounded.get(2, 10)).isEqualTo(1);
      assertThat(full.get(0, 0)).isEqualTo(2);
      assertThat(full.get(2, 10)).isEqualTo(3);
    }
  }

  @Test
  void roundedTensorsTakeHalfTheMemory() {
    try (Arena full = new Arena();
        Arena rounded = new Arena()) {
      for (int i = 0; i < 8; i++) {
        full.take(ElementType.F32, 1024, 2048);
        rounded.take(ElementType.BF16, 1024, 2048);
      }
      assertThat(rounded.capacity()).isEqualTo(full.capacity() / 2);
    }
  }
}
