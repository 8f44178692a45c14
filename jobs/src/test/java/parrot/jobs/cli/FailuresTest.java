package parrot.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
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
}
