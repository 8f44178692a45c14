package parrot.jobs.cli;

import java.util.ArrayList;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.model.kernel.DeviceChoice;
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
      description =
          "Kernels for the processor, which --device auto then takes: ${COMPLETION-CANDIDATES}"
              + " (default: the first).")
  private String name;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Where to compute: ${COMPLETION-CANDIDATES}; auto takes an NVIDIA card if one is there for"
              + " it, cuda takes one or ends with exit code 5 (default: ${DEFAULT-VALUE}).")
  private DeviceChoice device = DeviceChoice.AUTO;

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

  /** The name of the kernels that compute in this process. */
  public String name() {
    return name(device == DeviceChoice.AUTO && DeviceChoice.CUDA.obstacle().isEmpty());
  }

  /**
   * The name of the kernels that compute.
   *
   * @param card whether there is a card for whatever computes
   * @throws UsageException if kernels for the processor are asked for on a card, or do not exist
   */
  public String name(boolean card) {
    if (name != null && !Kernels.names().contains(name)) {
      throw new UsageException(
          "Invalid kernels: %s (must be %s)".formatted(name, String.join(" or ", Kernels.names())));
    }
    try {
      return device.kernels(name, card);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
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
    KernelProvider.named(name())
        .obstacle()
        .ifPresent(
            reason -> {
              throw new EnvironmentException(reason);
            });
  }
}
