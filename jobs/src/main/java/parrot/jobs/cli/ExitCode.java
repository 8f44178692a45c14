package parrot.jobs.cli;

/** How a command ends, so that a scheduler can tell the reasons apart. */
public enum ExitCode {
  OK(0, "Done."),
  FAILED(1, "The command ran and a comparison failed, or the program has a defect."),
  USAGE(
      2,
      "Unknown option, invalid value, contradictory configuration, or an output folder that exists."),
  DATA(3, "Missing, damaged or unusable data or weights."),
  DIVERGED(4, "Training diverged: a loss or weight is NaN or infinite."),
  ENVIRONMENT(5, "Storage, ports, memory, executors or native libraries are missing."),
  LOCK_LOST(
      6, "Another run took over the folder while this one was silent; it has published nothing."),
  STOPPED_AT_ONCE(130, "Stopped at the second request; the last checkpoint is there."),
  STOPPED(143, "Stopped on request; finished rounds are saved.");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The process's exit code. */
  public int code() {
    return code;
  }

  /** One line for the help. */
  public String meaning() {
    return meaning;
  }
}
