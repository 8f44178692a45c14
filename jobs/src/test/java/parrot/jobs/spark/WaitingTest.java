package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import parrot.datasets.EnvironmentException;

/** A wait says what it is for, every half minute, and has an end. */
class WaitingTest {
  private long seconds;
  private final List<String> said = new ArrayList<>();

  private void wait(Waiting waiting, long until) {
    for (; seconds < until; seconds++) {
      waiting.goOn();
    }
  }

  @Test
  void saysEveryHalfMinuteWhatItIsForAndEndsAtItsLimit() {
    Waiting waiting =
        new Waiting(
            "executors",
            "look at the master's page",
            Duration.ofSeconds(100),
            said::add,
            () -> seconds * 1_000_000_000);

    wait(waiting, 5);
    assertThat(said).isEmpty();
    wait(waiting, 100);
    assertThat(said).hasSize(4);
    assertThat(said.get(1))
        .matches(
            "Waiting for executors since \\d\\d:\\d\\d:\\d\\d, 35 s of at most 100 s: look at the"
                + " master's page");
    assertThatThrownBy(waiting::goOn)
        .isInstanceOf(EnvironmentException.class)
        .hasMessage(
            "Waited 100 s for executors: look at the master's page (--wait sets the limit)");
  }

  @Test
  void aMasterThatDoesNotAnswerIsNamedWithinTheWaitThatWasAskedFor() {
    assertThatThrownBy(
            () ->
                SparkSessions.create(
                    "test", "spark://127.0.0.1:1", Map.of("spark.parrot.wait", "1s")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Waited 1 s for the master spark://127.0.0.1:1: it cannot be reached")
        .hasMessageContaining("is it running, and is its address right?");
  }

  @Test
  void aWrongAddressIsNotWaitedFor() {
    assertRefused("spark://no-such-host.invalid:7077", "unknown host no-such-host.invalid");
    assertRefused("spark://localhost", "it must be spark://HOST:PORT");
    assertRefused("yarn", "set HADOOP_CONF_DIR to the folder of the cluster's configuration");
  }

  private static void assertRefused(String master, String reason) {
    assertThatThrownBy(() -> SparkSessions.create("test", master, Map.of()))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void namesATemporaryFolderThatCannotBeWrittenTo() {
    SparkConf conf = new SparkConf(false);

    assertThatThrownBy(
            () -> TemporaryFolders.requireWritable(conf, name -> "/proc/no-folder, /proc/none"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith("Cannot start: the temporary folder of Spark, /proc/none, is not")
        .hasMessageContaining("set SPARK_LOCAL_DIRS");
    TemporaryFolders.requireWritable(conf.set("spark.local.dir", "target"), name -> null);
  }

  @Test
  void asksAboutSettingsThatSparkDoesNotKnow() {
    assertThat(SettingsCheck.questions(List.of("spark.executor.memroy", "foo")))
        .containsExactly(
            "warning: Spark does not know the setting spark.executor.memroy; did you mean"
                + " spark.executor.memory?",
            "warning: Spark ignores the setting foo: its settings begin with spark.");
    assertThat(
            SettingsCheck.questions(
                List.of(
                    "spark.executor.memory",
                    "spark.hadoop.fs.defaultFS",
                    "spark.executorEnv.OMP_NUM_THREADS",
                    "spark.local.dir",
                    "spark.ui.enabled",
                    "spark.cores.max",
                    "spark.sql.shuffle.partitions")))
        .isEmpty();
  }
}
