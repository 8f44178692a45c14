package parrot.model.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import parrot.model.layer.KeyValueCache;

/**
 * Caches of so many tokens together at most, used again and again. A request takes one for its
 * prompt and longest answer when it joins, so that it never runs out of memory on its way. Slots
 * and not pages: attention reads the keys of a sequence as one block, and how long an answer can
 * get is known at the start.
 */
final class CacheSlots {
  /** Capacities are multiples of it, so that most requests find a cache that fits. */
  private static final int STEP = 128;

  private final long limit;
  private final IntFunction<KeyValueCache> create;
  private final List<KeyValueCache> idle = new ArrayList<>();
  private long allocated;

  /**
   * @param limit tokens of all caches together
   * @param create makes an empty cache of a capacity
   */
  CacheSlots(long limit, IntFunction<KeyValueCache> create) {
    this.limit = limit;
    this.create = create;
  }

  /** Whether so many tokens fit if nothing else is held. */
  boolean canEverHold(int tokens) {
    return tokens <= limit;
  }

  /** Tokens of all caches that exist. */
  long allocated() {
    return allocated;
  }

  /** An empty cache for at least so many tokens; empty while others hold too many. */
  Optional<KeyValueCache> take(int tokens) {
    Optional<KeyValueCache> fitting =
        idle.stream()
            .filter(cache -> cache.capacity() >= tokens)
            .min(Comparator.comparingInt(KeyValueCache::capacity));
    if (fitting.isPresent()) {
      idle.remove(fitting.get());
      fitting.get().clear();
      return fitting;
    }
    int capacity = (int) Math.min(limit, (tokens + STEP - 1L) / STEP * STEP);
    while (allocated + capacity > limit && !idle.isEmpty()) {
      allocated -= idle.remove(idle.size() - 1).capacity();
    }
    if (allocated + capacity > limit) {
      return Optional.empty();
    }
    allocated += capacity;
    return Optional.of(create.apply(capacity));
  }

  void giveBack(KeyValueCache cache) {
    idle.add(cache);
  }
}
