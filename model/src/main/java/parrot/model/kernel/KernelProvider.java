package parrot.model.kernel;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The kernels of one device, found by {@link ServiceLoader}: a further device is one package and
 * its line in {@code META-INF/services}. The first line there is the default.
 */
public interface KernelProvider {
  /** The name of the kernels for NVIDIA's cards. */
  String CUDA = "cuda";

  /** The name that configurations and commands ask for. */
  String name();

  /** Whether these kernels compute on cards, which tasks lease, and not on the processor. */
  default boolean isOnCards() {
    return false;
  }

  /** Why these kernels do not work on this machine, and the remedy; empty if they do. */
  Optional<String> obstacle();

  /** Whether this machine multiplies bfloat16 faster than float32; else bf16 computes as f32. */
  boolean gainsFromBf16();

  /** Whether every thread that computes has {@code OMP_NUM_THREADS} native threads of its own. */
  boolean usesOpenMp();

  /** The cards of this machine in words; equal words stand for cards that give equal bytes. */
  default List<String> devices() {
    return List.of();
  }

  /** Those of the {@link #devices} that are leased without an address, which are of one kind. */
  default List<String> offered() {
    return devices();
  }

  /**
   * Has the calling thread compute on one card, until it closes the lease.
   *
   * @param address of the card as Spark names it; empty for a free one, for which this waits
   * @throws DeviceException if there is no such card
   */
  default DeviceLease lease(Optional<String> address) {
    return () -> {};
  }

  /** The card that the calling thread computes on, in words; empty on the processor. */
  default String leased() {
    return "";
  }

  /**
   * New kernels.
   *
   * @param threads that the work outside matrix products may use, at least 1
   * @throws IllegalStateException if there is an {@link #obstacle}
   * @throws DeviceException if a card or its libraries fail
   */
  Kernels create(Precision precision, int threads);

  /** All providers, the default one first. */
  static List<KernelProvider> all() {
    return InstalledProviders.ALL;
  }

  /**
   * A provider by name. What is asked for is what comes, or an exception: never another one.
   *
   * @throws IllegalArgumentException if no provider has the name
   */
  static KernelProvider named(String name) {
    return all().stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid kernels: %s (must be %s)"
                        .formatted(name, String.join(" or ", Kernels.names()))));
  }
}
