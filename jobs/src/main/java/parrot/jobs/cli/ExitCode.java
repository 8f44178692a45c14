package parrot.jobs.cli;

/** How a command ends, so that a scheduler can tell the reasons apart. */
public enum ExitCode {
  OK(0, "Done."),
  FAILED(1, "The command ran and its answer is no: a comparison failed. Or a defect."),
  USAGE(2, "Unknown option, bad value, contradictory configuration, an output folder that exists."),
  DATA(3, "Missing, damaged or unusable data or weights."),
  DIVERGED(4, "Training produced numbers that are none."),
  ENVIRONMENT(5, "Storage, ports, memory, executors or native libraries are not there."),
  STOPPED(143, "Asked to stop; what was finished is saved.");

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
