package parrot.jobs.cli;

import java.util.ArrayList;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import picocli.CommandLine.Option;

/** Options of every command that computes with a model. */
public final class KernelOptions {
  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description = "Kernels that compute: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private String name = Kernels.defaultName();

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description =
          "Precision of matrix products: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Precision precision = Precision.F32;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of the kernels (default: PARROT_THREADS, else all cores; 1 in a Spark task).")
  private Integer threads;

  /** Fills in the names of the installed kernels. */
  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Names() {
      super(Kernels.names());
    }
  }

  /** The kernels' name as it was given. */
  public String name() {
    return name;
  }

  public Precision precision() {
    return precision;
  }

  /**
   * @param otherwise how many if the option was not given
   * @throws UsageException if fewer than one are asked for
   */
  public int threads(int otherwise) {
    if (threads != null && threads < 1) {
      throw new UsageException("Invalid --threads: " + threads + " (must be at least 1)");
    }
    return threads == null ? otherwise : threads;
  }

  /**
   * @throws UsageException if no kernels have the name
   * @throws EnvironmentException with the remedy, if they do not work on this machine
   */
  public void requireUsable() {
    KernelProvider provider;
    try {
      provider = KernelProvider.named(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
    provider
        .obstacle()
        .ifPresent(
            reason -> {
              throw new EnvironmentException(reason);
            });
  }
}
