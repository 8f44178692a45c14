package parrot.model.kernel.cuda.driver;

/**
 * An NVIDIA card, or a slice of one (MIG).
 *
 * @param index in the order of PCI buses, as nvidia-smi and Spark's discovery count
 * @param ordinal in the order of the driver
 * @param uuid of 32 hexadecimal digits in five groups, without GPU- or MIG- before them
 * @param bytes of its memory
 * @param capability 90 for sm_90
 */
public record Card(int index, int ordinal, String name, String uuid, long bytes, int capability) {
  static final int OLDEST_CAPABILITY = 80;

  /** Whether the kernels run on it. */
  boolean isNewEnough() {
    return capability >= OLDEST_CAPABILITY;
  }

  /** As messages name it: {@code GPU 0 (NVIDIA H200, GPU-...)}. */
  @Override
  public String toString() {
    return "GPU %d (%s, GPU-%s)".formatted(index, name, uuid);
  }

  Card at(int place) {
    return new Card(place, ordinal, name, uuid, bytes, capability);
  }

  /** What must be equal on all executors, because bytes depend on it. */
  public String kind() {
    return "%s, %.0f GiB, sm_%d".formatted(name, bytes / (double) (1L << 30), capability);
  }
}
