package parrot.model.kernel;

import java.util.Map;
import java.util.Optional;

/** How many threads this process may keep busy, as its environment says. */
public final class Threads {
  private Threads() {}

  /**
   * Threads of one instance of kernels that is alone in this process: {@code PARROT_THREADS}, else
   * {@code OMP_NUM_THREADS}, else one per processor.
   */
  public static int allowed() {
    return read(System.getenv(), "PARROT_THREADS").orElseGet(Threads::ofOpenMp);
  }

  /** Threads that OpenMP starts for each thread that calls it. */
  public static int ofOpenMp() {
    return read(System.getenv(), "OMP_NUM_THREADS")
        .orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /** A number of threads; empty if it is not set or not a number from 1 to 999999. */
  static Optional<Integer> read(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> value.matches("[1-9][0-9]{0,5}"))
        .map(Integer::valueOf);
  }
}
