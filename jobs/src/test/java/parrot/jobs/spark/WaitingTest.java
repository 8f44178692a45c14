package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

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
    assertRefused(
        EnvironmentException.class,
        "spark://no-such-host.invalid:7077",
        "unknown host no-such-host.invalid");
    assertRefused(
        EnvironmentException.class,
        "yarn",
        "set HADOOP_CONF_DIR to the folder of the cluster's configuration");
    assertRefused(UsageException.class, "spark://localhost", "it must be spark://HOST:PORT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Local",
        "local[0]",
        "local[two]",
        "local[2",
        "sparks://a:7077",
        "mesos://a:5"
      })
  void whatIsNoMasterIsRefusedWithTheFormsThatAre(String master) {
    assertRefused(
        UsageException.class,
        master,
        "(must be local, local[N], local[*], spark://HOST:PORT, yarn or k8s://URL)");
  }

  private static void assertRefused(Class<? extends Exception> kind, String master, String reason) {
    assertThatThrownBy(() -> SparkSessions.create("test", master, Map.of()))
        .isInstanceOf(kind)
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
    assertThat(questions("spark.executor.memroy=2g", "foo=1", "Spark.task.cpus=2"))
        .containsExactly(
            "warning: Spark does not know the setting spark.executor.memroy; did you mean"
                + " spark.executor.memory?",
            "warning: Spark ignores the setting foo: its settings begin with spark.",
            "warning: Spark ignores the setting Spark.task.cpus: its settings begin with spark.");
    assertThat(
            questions(
                "spark.executor.memory=2g",
                "spark.hadoop.fs.defaultFS=hdfs://a",
                "spark.executorEnv.OMP_NUM_THREADS=1",
                "spark.local.dir=/tmp",
                "spark.ui.enabled=true",
                "spark.cores.max=2",
                "spark.shuffle.io.maxRetries=3",
                "spark.network.crypto.enabled=true",
                "spark.yarn.queue=training",
                "spark.sql.shuffle.partitions=4"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "spark.sql.shufle.partitions, spark.sql.shuffle.partitions",
    "spark.network.timout, spark.network.timeout",
    "spark.rpc.mesage.maxSize, spark.rpc.message.maxSize",
    "spark.shuffle.compres, spark.shuffle.compress",
    "spark.yarn.quue, spark.yarn.queue",
    "spark.parrot.wiat, spark.parrot.wait",
  })
  void asksAboutSlipsInFamiliesThatAreNotListedWhole(String slip, String meant) {
    assertThat(questions(slip + "=1")).singleElement().asString().contains("mean " + meant + "?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.executor.memory=lots",
        "spark.task.cpus=two",
        "spark.task.cpus=0",
        "spark.executor.instances=-1",
        "spark.ui.enabled=maybe",
        "spark.network.timeout=soon"
      })
  void refusesValuesThatSparkCannotRead(String setting) {
    assertThatThrownBy(() -> questions(setting))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Invalid setting " + setting + " (");
  }

  @Test
  void takesNumbersAsSparkReadsThem() {
    assertThat(questions("spark.task.cpus= 2")).isEmpty();
    assertThat(questions("spark.dynamicAllocation.enabled=true", "spark.executor.instances=0"))
        .isEmpty();
    assertThatThrownBy(() -> questions("spark.executor.instances=0"))
        .isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kerberos", "encryption", "access"})
  void knowsWhatTheProfilesForSecuritySet(String name) throws IOException {
    Properties profile = new Properties();
    try (InputStream file =
        Files.newInputStream(Path.of("../cluster-config/security", name + ".conf"))) {
      profile.load(file);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    profile.stringPropertyNames().forEach(key -> settings.put(key, profile.getProperty(key)));

    assertThat(settings).isNotEmpty();
    assertThat(SettingsCheck.questions(settings)).isEmpty();
  }

  private static List<String> questions(String... settings) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      all.put(parts[0], parts[1]);
    }
    return SettingsCheck.questions(all);
  }
}
