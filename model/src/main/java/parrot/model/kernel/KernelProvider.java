package parrot.model.kernel;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The kernels of one device, found by {@link ServiceLoader}: a further device is one package and
 * its line in {@code META-INF/services}. The first line there is the default.
 */
public interface KernelProvider {

  /** The name that configurations and commands ask for. */
  String name();

  /** Why these kernels do not work on this machine, and the remedy; empty if they do. */
  Optional<String> obstacle();

  /** Whether this machine multiplies bfloat16 faster than float32; else bf16 computes as f32. */
  boolean gainsFromBf16();

  /** Whether every thread that computes has {@code OMP_NUM_THREADS} native threads of its own. */
  boolean usesOpenMp();

  /**
   * New kernels.
   *
   * @param threads that the work outside matrix products may use, at least 1
   * @throws IllegalStateException if there is an {@link #obstacle}
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
