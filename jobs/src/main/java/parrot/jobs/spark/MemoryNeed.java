package parrot.jobs.spark;

/**
 * What training asks of memory.
 *
 * @param trainable parameters that learn
 * @param frozen parameters that do not
 * @param activations bytes of one replica's step; 0 where nobody knows
 * @param replicas of a round
 * @param momentum whether the outer step keeps one more value for each trainable parameter
 * @param copies of the state that executors keep, so that the loss of one loses nothing
 */
public record MemoryNeed(
    long trainable, long frozen, long activations, int replicas, boolean momentum, int copies) {
  private static final long GIB = 1L << 30;

  public MemoryNeed {
    if (trainable < 0 || frozen < 0 || activations < 0 || replicas < 1 || copies < 1) {
      throw new IllegalArgumentException(
          "Invalid need: "
              + trainable
              + " trainable, "
              + frozen
              + " frozen, "
              + activations
              + " bytes of activations, "
              + replicas
              + " replicas, "
              + copies
              + " copies (the first three must be at least 0, the others at least 1)");
    }
  }

  /** With the state kept once, and activations that nobody knows. */
  public static MemoryNeed of(long trainable, long frozen, int replicas, boolean momentum) {
    return new MemoryNeed(trainable, frozen, 0, replicas, momentum, 1);
  }

  /** Bytes of the driver at most, heap and native memory together. */
  long driver() {
    return 3 * Float.BYTES * trainable + GIB;
  }

  /**
   * Bytes of an executor beside its heap: values, gradients and two moments of each replica, and
   * the frozen weights, which replicas share.
   *
   * @param together replicas that an executor trains at the same time
   */
  long besideHeap(int together) {
    return together * (4L * Float.BYTES * trainable + activations) + Float.BYTES * frozen;
  }

  /** Bytes of a state in chunks: values, two moments, and the outer momentum. */
  private long state() {
    return (momentum ? 4L : 3L) * Float.BYTES * trainable;
  }

  /** Bytes of chunks in the heap of one of so many executors, old state and new. */
  long chunks(int executors) {
    int kept = Math.min(copies, executors);
    return 2 * state() * kept / executors;
  }
}
