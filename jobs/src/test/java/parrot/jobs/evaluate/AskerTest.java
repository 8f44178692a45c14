package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.StorageUnavailableException;

final class AskerTest {
  private static final class Failing extends CompletableFuture<Void>
      implements JavaFutureAction<Void> {
    Failing(Exception failure) {
      completeExceptionally(failure);
    }

    @Override
    public List<Integer> jobIds() {
      return List.of();
    }
  }

  private static void await(Exception failure) {
    Asker.await(new Failing(failure), () -> {});
  }

  @Test
  void missingNativesAreTheEnvironmentsFault() {
    SparkException aborted =
        new SparkException(
            "Job aborted due to stage failure: java.lang.UnsatisfiedLinkError: no jnidnnl\n\tat x",
            new UnsatisfiedLinkError("no jnidnnl"));

    assertThatThrownBy(() -> await(aborted))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Cannot ask questions: executors failed: Job aborted")
        .hasMessageContaining("no jnidnnl (mend that");
  }

  @Test
  void lostStorageAndBadDataStayWhatTheyAre() {
    StorageUnavailableException lost = new StorageUnavailableException("Cannot reach", null);
    DataException bad = new DataException("Cannot read");

    assertThatThrownBy(() -> await(new SparkException("aborted", lost))).isSameAs(lost);
    assertThatThrownBy(() -> await(new SparkException("aborted", bad))).isSameAs(bad);
  }
}
