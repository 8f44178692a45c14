package parrot.model.kernel.cpu;

import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** Whether oneDNN's native libraries work on this machine. They are loaded once per process. */
public final class OneDnn {
  private OneDnn() {}

  /** Loading happens in the initialiser of a class, so once and by one thread. */
  private static final class Libraries {
    static final Optional<Throwable> FAILURE = load();

    private static Optional<Throwable> load() {
      try {
        Loader.load(dnnl.class);
        return Optional.empty();
      } catch (Exception | LinkageError e) {
        return Optional.of(e);
      }
    }
  }

  public static boolean isAvailable() {
    return Libraries.FAILURE.isEmpty();
  }

  /**
   * Does nothing where oneDNN works.
   *
   * @throws IllegalStateException with the first cause where it does not
   */
  public static void requireAvailable() {
    if (Libraries.FAILURE.isPresent()) {
      throw new IllegalStateException(
          "Cannot use oneDNN: its native libraries do not load here ("
              + Libraries.FAILURE.get()
              + "); ask for the reference kernels, or build for this platform with"
              + " -Dnative.platform",
          Libraries.FAILURE.get());
    }
  }

  /** Whether this processor multiplies bfloat16 faster than float32. */
  public static boolean gainsFromBf16() {
    int needed = dnnl.dnnl_cpu_isa_avx512_core_bf16;
    return (dnnl.dnnl_get_effective_cpu_isa() & needed) == needed;
  }

  /** Whether this processor multiplies tiles of bfloat16 (AMX). */
  static boolean hasTiles() {
    int needed = dnnl.dnnl_cpu_isa_avx512_core_amx;
    return (dnnl.dnnl_get_effective_cpu_isa() & needed) == needed;
  }

  /** Fails on any status but success. */
  static void check(int status, String operation) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(
          "Cannot %s: oneDNN reports status %d (%s)".formatted(operation, status, name(status)));
    }
  }

  private static String name(int status) {
    return switch (status) {
      case dnnl.dnnl_out_of_memory -> "out of memory";
      case dnnl.dnnl_invalid_arguments -> "invalid arguments";
      case dnnl.dnnl_unimplemented -> "unimplemented";
      case dnnl.dnnl_runtime_error -> "runtime error";
      default -> "unexpected";
    };
  }
}
