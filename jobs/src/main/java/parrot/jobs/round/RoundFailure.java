package parrot.jobs.round;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.CommandException;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.spark.TaskFailure;
import parrot.jobs.state.JobFailedException;
import parrot.jobs.state.LostStateException;

/** Says in words why a round failed. */
public final class RoundFailure {
  private RoundFailure() {}

  public static RuntimeException of(RuntimeException thrown, int round, Checkpoints checkpoints)
      throws IOException {
    if (thrown instanceof LostStateException) {
      return thrown;
    }
    if (thrown instanceof CommandException command) {
      return command.exitCode() == ExitCode.DIVERGED
          ? diverged(command, round, checkpoints)
          : command;
    }
    Throwable cause = thrown instanceof JobFailedException ? thrown.getCause() : thrown;
    RuntimeException inTask = TaskFailure.unwrap((Exception) cause);
    if (inTask != cause && !(inTask instanceof IllegalStateException)) {
      return inTask;
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    ExitCode code = cause instanceof SparkException ? ExitCode.ENVIRONMENT : ExitCode.FAILED;
    return new CommandException(code, "Cannot finish round " + round + ": " + reason, thrown);
  }

  private static CommandException diverged(
      CommandException cause, int round, Checkpoints checkpoints) throws IOException {
    List<Path> kept = checkpoints.complete();
    return new CommandException(
        ExitCode.DIVERGED,
        "Training diverged in round "
            + round
            + ", "
            + cause.getMessage()
            + "; the last checkpoint is kept in "
            + kept.get(kept.size() - 1)
            + " (start from there with model.folder, another out and a lower"
            + " optimizer.learning_rate or optimizer.clip_norm)",
        cause);
  }
}
