package parrot.model.kernel.cpu;

import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** What oneDNN's native libraries can do on this machine. They are loaded once per process. */
final class OneDnn {
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

  /** Why oneDNN does not work here, and the remedy; empty if it does. */
  static Optional<String> obstacle() {
    return Libraries.FAILURE.map(
        failure ->
            "Cannot use oneDNN: its native libraries do not load here ("
                + failure
                + "); ask for other kernels, or build for this platform with -Dnative.platform");
  }

  /**
   * Does nothing if oneDNN works.
   *
   * @throws IllegalStateException with the first cause if it does not
   */
  static void requireAvailable() {
    obstacle()
        .ifPresent(
            reason -> {
              throw new IllegalStateException(reason, Libraries.FAILURE.get());
            });
  }

  /** Whether this processor multiplies bfloat16 faster than float32. */
  static boolean gainsFromBf16() {
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
