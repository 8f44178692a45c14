package parrot.jobs.round;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.failure.FailedException;
import parrot.jobs.spark.TaskFailure;
import parrot.jobs.state.JobFailedException;
import parrot.jobs.state.LostStateException;

/** Turns what a round threw into an exception with a reason for the user. */
public final class RoundFailure {
  private RoundFailure() {}

  public static RuntimeException of(RuntimeException thrown, int round, Checkpoints checkpoints)
      throws IOException {
    if (thrown instanceof LostStateException) {
      return thrown;
    }
    if (thrown instanceof DivergedException diverged) {
      return diverged(diverged, round, checkpoints);
    }
    if (thrown instanceof DataException
        || thrown instanceof EnvironmentException
        || thrown instanceof FailedException) {
      return thrown;
    }
    Throwable cause = thrown instanceof JobFailedException ? thrown.getCause() : thrown;
    RuntimeException inTask = TaskFailure.unwrap((Exception) cause);
    if (inTask != cause && !(inTask instanceof IllegalStateException)) {
      return inTask;
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    String message = "Cannot finish round " + round + ": " + reason;
    return cause instanceof SparkException
        ? new EnvironmentException(message, thrown)
        : new FailedException(message, thrown);
  }

  private static DivergedException diverged(
      DivergedException cause, int round, Checkpoints checkpoints) throws IOException {
    List<Path> kept = checkpoints.complete();
    return new DivergedException(
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
