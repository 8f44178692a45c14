package parrot.model.kernel;

import java.util.Map;
import java.util.Optional;
import parrot.model.kernel.cpu.OneDnnKernels;
import parrot.model.kernel.reference.ReferenceKernels;

/** Chooses kernels by name. */
public final class KernelProvider {
  private KernelProvider() {}

  static Kernels create(String name, Precision precision, int threads) {
    return switch (name) {
      case "onednn" -> new OneDnnKernels(precision, threads);
      case "reference" -> new ReferenceKernels();
      default ->
          throw new IllegalArgumentException(
              "Invalid kernels: " + name + " (must be onednn or reference)");
    };
  }

  /** Threads of one instance where nobody says otherwise. */
  static int defaultThreads() {
    return threads(System.getenv(), "PARROT_THREADS").orElseGet(KernelProvider::openMpThreads);
  }

  /** Threads that oneDNN starts for itself. */
  public static int openMpThreads() {
    return threads(System.getenv(), "OMP_NUM_THREADS")
        .orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /** A number of threads from the environment; empty where it is unset or no such number. */
  static Optional<Integer> threads(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> value.matches("[1-9][0-9]{0,5}"))
        .map(Integer::valueOf);
  }
}
