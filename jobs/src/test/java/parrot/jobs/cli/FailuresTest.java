package parrot.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.LockLostException;

/** No cause outside the program is called its defect. */
class FailuresTest {
  private static void assertFailure(Throwable thrown, ExitCode code, String words) {
    Failures.Failure failure = Failures.of(thrown);
    assertThat(failure.exitCode()).isEqualTo(code);
    assertThat(failure.message()).contains(words).doesNotContain("defect");
  }

  @Test
  void aMasterThatTookTheApplicationAwayIsTheEnvironment() {
    for (String message :
        new String[] {
          "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at",
          "Job 3 cancelled because SparkContext was shut down"
        }) {
      assertFailure(
          new IllegalStateException(message),
          ExitCode.ENVIRONMENT,
          "Spark ended the application while it ran");
    }
  }

  @Test
  void aWaitThatReachedItsLimitIsReadFromSparksText() {
    String reason =
        EnvironmentException.class.getName() + ": Waited 600 s for executors: none is left";
    assertFailure(
        new SparkException("Job 7 cancelled because: " + reason),
        ExitCode.ENVIRONMENT,
        "Waited 600 s for executors: none is left");
  }

  @Test
  void aLostLockHasACodeOfItsOwn() {
    assertFailure(new LockLostException("Lost the lock"), ExitCode.LOCK_LOST, "Lost the lock");
    assertThat(ExitCode.LOCK_LOST.code()).isEqualTo(6);
  }

  @Test
  void aNameThatIsNotAPathIsUsage() {
    assertFailure(
        new IllegalArgumentException(
            new URISyntaxException("a:b", "Relative path in absolute URI")),
        ExitCode.USAGE,
        "Relative path in absolute URI: a:b");
  }

  @Test
  void storageThatFailsIsTheEnvironment() {
    IOException failure = new IOException("Input/output error");
    for (Throwable thrown :
        List.of(
            failure,
            new UncheckedIOException("Cannot read x: Input/output error", failure),
            new SparkException("Job aborted", new RuntimeException(failure)),
            new SparkException(
                "Task failed: java.io.UncheckedIOException: Cannot read x: Input/output error\n\tat a.b"),
            new SparkException(
                "Task failed: " + EnvironmentException.class.getName() + ": Input/output error"),
            new FileSystemException("x", null, "Input/output error"))) {
      assertFailure(thrown, ExitCode.ENVIRONMENT, "Input/output error");
    }
  }

  @Test
  void aFileThatMayNotBeReadIsTheEnvironmentAndOneThatIsMissingIsData() {
    assertFailure(
        new FileNotFoundException("x (Permission denied)"), ExitCode.ENVIRONMENT, "No permission");
    assertFailure(
        new UncheckedIOException("Cannot read x", new FileNotFoundException("x")),
        ExitCode.DATA,
        "Cannot read x");
    assertFailure(
        new UncheckedIOException("Cannot read x", new EOFException()),
        ExitCode.DATA,
        "Cannot read x");
  }
}
