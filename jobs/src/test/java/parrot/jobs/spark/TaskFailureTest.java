package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.StorageUnavailableException;

class TaskFailureTest {
  @Test
  void findsTheMessageForTheUserInWhatSparkSays() {
    Exception wrapped =
        new SparkException(
            "Job aborted: Lost task 0.0 in stage 3.0 (TID 5) (host executor driver):"
                + " parrot.datasets.DataException: Cannot read x.json: broken\nsecond line\n"
                + "\tat parrot.datasets.source.X.y(X.java:1)\n\nDriver stacktrace:");
    assertThat(TaskFailure.unwrap(wrapped))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read x.json: broken\nsecond line")
        .hasCause(wrapped);
    Exception storage =
        new SparkException(
            "Lost task: parrot.datasets.storage.StorageUnavailableException: Cannot reach hdfs://x");
    assertThat(TaskFailure.unwrap(storage))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessage("Cannot reach hdfs://x");
    Exception environment =
        new SparkException("Lost task: parrot.datasets.EnvironmentException: Cannot load libwebp");
    assertThat(TaskFailure.unwrap(environment))
        .isInstanceOf(EnvironmentException.class)
        .hasMessage("Cannot load libwebp");
  }

  @Test
  void prefersTheExceptionItself() {
    DataException data = new DataException("bad");
    assertThat(TaskFailure.unwrap(new SparkException("job aborted", data))).isSameAs(data);
    RuntimeException other = new IllegalStateException("x");
    assertThat(TaskFailure.unwrap(other)).isSameAs(other);
  }
}
