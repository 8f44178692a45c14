package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import parrot.model.layer.KeyValueCache;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

class CacheSlotsTest {
  private final CacheSlots slots =
      new CacheSlots(
          1000, capacity -> new KeyValueCache(Memory.HOST, ElementType.F32, 1, capacity, 4));

  private Optional<CacheSlots.Slot> take(int tokens) {
    Optional<CacheSlots.Slot> taken = Optional.empty();
    if (slots.hasRoomFor(tokens)) {
      taken = slots.take(tokens, prompt());
      assertThat(taken).isPresent();
    } else {
      assertThat(slots.take(tokens, prompt())).isEmpty();
    }
    return taken;
  }

  private static PromptRows prompt(float... values) {
    return new PromptRows(Tensor.of(values.length, 1, values), 2);
  }

  @Test
  void keepsThePiecesThatTwoPromptsBeginWith() {
    PromptRows prompt = prompt(1, 2, 3, 4, 5);

    assertThat(prompt.shared(prompt(1, 2, 3, 4, 9, 9, 9))).isEqualTo(4);
    assertThat(prompt.shared(prompt(1, 2, 3, 4))).isEqualTo(4);
    assertThat(prompt.shared(prompt(1, 2, 3))).isEqualTo(2);
    assertThat(prompt.shared(prompt(1, 0, 3, 4, 5))).isZero();
    assertThat(prompt(1, 2, 3, 4).shared(prompt)).as("the last piece is read").isEqualTo(2);
    assertThat(prompt.shared(null)).isZero();
  }

  @Test
  void neverHoldsMoreThanItsLimit() {
    CacheSlots.Slot first = take(500).orElseThrow();
    assertThat(first.cache.capacity()).isEqualTo(512);
    assertThat(take(500)).isEmpty();
    CacheSlots.Slot second = take(300).orElseThrow();
    assertThat(slots.allocated()).isEqualTo(512 + 384);
    assertThat(take(200)).isEmpty();

    slots.giveBack(second);
    assertThat(take(400).map(slot -> slot.cache.capacity())).isEmpty();
    slots.giveBack(first);
    assertThat(take(1000).map(slot -> slot.cache.capacity())).contains(1000);
    assertThat(slots.allocated()).isEqualTo(1000);
  }

  @Test
  void usesTheSmallestCacheThatFitsAgain() {
    CacheSlots.Slot large = take(512).orElseThrow();
    CacheSlots.Slot small = take(100).orElseThrow();
    slots.giveBack(large);
    slots.giveBack(small);

    assertThat(take(50)).containsSame(small);
    assertThat(take(50)).containsSame(large);
  }

  @Test
  void doesNotCountACacheThatCouldNotBeMade() {
    CacheSlots full =
        new CacheSlots(
            1000,
            capacity -> {
              throw new OutOfMemoryError("full");
            });

    assertThatThrownBy(() -> full.take(500, prompt())).isInstanceOf(OutOfMemoryError.class);
    assertThat(full.allocated()).isZero();
  }

  @Test
  void knowsWhatItCanNeverHold() {
    assertThat(slots.canEverHold(1000)).isTrue();
    assertThat(slots.canEverHold(1001)).isFalse();
  }
}
