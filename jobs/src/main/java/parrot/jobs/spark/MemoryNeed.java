package parrot.jobs.spark;

/**
 * How much memory training needs.
 *
 * @param trainable parameters that are trained
 * @param frozen bytes of the parameters that are not
 * @param replica bytes of one replica beside what all share: what it trains, and activations
 * @param replicas of a round
 * @param state bytes of one copy of the state between rounds
 * @param copies of the state that executors keep, so that one of them may fail
 * @param onDriver values that the driver holds for each trainable parameter: none, because the
 *     state lies on executors; but {@link #DL4J_MASTER} with DL4J's own master
 */
public record MemoryNeed(
    long trainable, long frozen, long replica, int replicas, long state, int copies, int onDriver) {
  /** DL4J's master keeps parameters and two moments on the driver. */
  public static final int DL4J_MASTER = 3;

  /** Bytes of a process beside its heap and what it computes with: Java itself, and libraries. */
  public static final long JVM = 400L << 20;

  private static final long GIB = 1L << 30;

  public MemoryNeed {
    if (trainable < 0
        || frozen < 0
        || replica < 0
        || replicas < 1
        || state < 0
        || copies < 1
        || onDriver < 0) {
      throw new IllegalArgumentException(
          "Invalid need: "
              + trainable
              + " trainable, "
              + frozen
              + " bytes frozen, "
              + replica
              + " bytes of a replica, "
              + replicas
              + " replicas, "
              + state
              + " bytes of state, "
              + copies
              + " copies, "
              + onDriver
              + " values on the driver (replicas and copies must be at least 1, the others at least 0)");
    }
  }

  /**
   * Bytes of the driver at most, heap and native memory together: 1 GiB for Spark, plans and
   * metrics, whatever the size of the model, and the values that it holds.
   */
  long driver() {
    return (long) onDriver * Float.BYTES * trainable + GIB;
  }

  /**
   * Bytes of an executor beside its heap: those of each replica, and the frozen weights, which
   * replicas share.
   *
   * @param together replicas that an executor trains at the same time
   */
  long besideHeap(int together) {
    return together * replica + frozen;
  }

  /**
   * Bytes of chunks, of the old state and the new, in the heap of one of so many executors.
   *
   * @param slots of all executors; with more than replicas, a checkpoint may be written beside
   *     rounds, and its state is kept too
   */
  long chunks(int executors, int slots) {
    int kept = Math.min(copies, executors);
    int states = slots > replicas ? 3 : 2;
    return states * state * kept / executors;
  }
}
