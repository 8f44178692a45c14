package parrot.jobs.preprocess;

import picocli.CommandLine.Option;

/** Options of runs that a scheduler starts again and again on the same folder. */
final class ScheduleOptions {
  @Option(
      names = "--update",
      description =
          "Bring the data set in --out up to date: only new and changed input is prepared, and"
              + " shards whose rows are all still there stay as they are. A run that is killed goes"
              + " on when it is started again. The first run makes the data set.")
  private boolean update;

  @Option(
      names = "--stage-rows",
      defaultValue = "" + PreprocessOptions.Schedule.STAGE_ROWS,
      paramLabel = "N",
      description =
          "With --update, rows of new files after which what is done is kept; rows are shuffled"
              + " among these (default: ${DEFAULT-VALUE}).")
  private long stageRows;

  /** What a run does if another writes to the folder. */
  enum IfBusy {
    LEAVE,
    WAIT
  }

  @Option(
      names = "--if-busy",
      defaultValue = "leave",
      paramLabel = "NAME",
      description =
          "What to do while another run writes to --out: leave (exit code 5) or wait until it ends"
              + " (default: ${DEFAULT-VALUE}).")
  private IfBusy ifBusy;

  PreprocessOptions.Schedule schedule() {
    return new PreprocessOptions.Schedule(update, stageRows, ifBusy == IfBusy.WAIT);
  }
}
