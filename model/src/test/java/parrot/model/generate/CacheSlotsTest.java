package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import parrot.model.layer.KeyValueCache;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;

class CacheSlotsTest {
  private final CacheSlots slots =
      new CacheSlots(
          1000, capacity -> new KeyValueCache(Memory.HOST, ElementType.F32, 1, capacity, 4));

  @Test
  void neverHoldsMoreThanItsLimit() {
    KeyValueCache first = slots.take(500).orElseThrow();
    assertThat(first.capacity()).isEqualTo(512);
    assertThat(slots.take(500)).isEmpty();
    KeyValueCache second = slots.take(300).orElseThrow();
    assertThat(slots.allocated()).isEqualTo(512 + 384);
    assertThat(slots.take(200)).isEmpty();

    slots.giveBack(second);
    assertThat(slots.take(400).map(KeyValueCache::capacity)).isEmpty();
    slots.giveBack(first);
    assertThat(slots.take(1000).map(KeyValueCache::capacity)).contains(1000);
    assertThat(slots.allocated()).isEqualTo(1000);
  }

  @Test
  void usesTheSmallestCacheThatFitsAgain() {
    KeyValueCache large = slots.take(512).orElseThrow();
    KeyValueCache small = slots.take(100).orElseThrow();
    slots.giveBack(large);
    slots.giveBack(small);

    assertThat(slots.take(50)).containsSame(small);
    assertThat(slots.take(50)).containsSame(large);
  }

  @Test
  void knowsWhatItCanNeverHold() {
    assertThat(slots.canEverHold(1000)).isTrue();
    assertThat(slots.canEverHold(1001)).isFalse();
  }
}
