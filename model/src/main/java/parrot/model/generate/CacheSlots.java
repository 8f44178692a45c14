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
  private final List<Slot> idle = new ArrayList<>();
  private long allocated;

  /** A cache, and the prompt whose beginning it holds. */
  static final class Slot {
    final KeyValueCache cache;
    private PromptRows prompt; // null if it holds nothing

    private Slot(KeyValueCache cache) {
      this.cache = cache;
    }
  }

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

  /**
   * A cache for at least so many tokens that holds nothing, or whole pieces of the prompt if it
   * read a prompt with the same beginning; empty while others hold too many.
   */
  Optional<Slot> take(int tokens, PromptRows prompt) {
    Optional<Slot> fitting =
        idle.stream()
            .filter(slot -> slot.cache.capacity() >= tokens)
            .max(
                Comparator.<Slot>comparingInt(slot -> prompt.shared(slot.prompt))
                    .thenComparingInt(slot -> -slot.cache.capacity()));
    Optional<Slot> taken = fitting.or(() -> added(tokens));
    taken.ifPresent(
        slot -> {
          idle.remove(slot);
          slot.cache.truncate(prompt.shared(slot.prompt));
          slot.prompt = prompt;
        });
    return taken;
  }

  /** Whether {@link #take} would find a cache. */
  boolean hasRoomFor(int tokens) {
    int unused = idle.stream().mapToInt(slot -> slot.cache.capacity()).sum();
    return allocated - unused + capacity(tokens) <= limit
        || idle.stream().anyMatch(slot -> slot.cache.capacity() >= tokens);
  }

  private int capacity(int tokens) {
    return (int) Math.min(limit, (tokens + STEP - 1L) / STEP * STEP);
  }

  private Optional<Slot> added(int tokens) {
    int capacity = capacity(tokens);
    while (allocated + capacity > limit && !idle.isEmpty()) {
      allocated -= idle.remove(idle.size() - 1).cache.capacity();
    }
    if (allocated + capacity > limit) {
      return Optional.empty();
    }
    Slot slot = new Slot(create.apply(capacity));
    allocated += capacity;
    return Optional.of(slot);
  }

  void giveBack(Slot slot) {
    idle.add(slot);
  }
}
