package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.SparkSessions;

/** {@code train --check}: ends as the start would, and leaves everything as it was. */
class TrainCheckTest {
  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("check test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static void train(TrainConfig config, TrainJob.Mode mode) {
    TrainJob.run(config, session, mode, line -> {});
  }

  private static String check(TrainConfig config, TrainJob.Mode mode, String... measured) {
    StringWriter said = new StringWriter();
    PrintWriter console = new PrintWriter(said, true);
    TrainJob.check(config, session, mode, Stream.of(measured).findFirst(), console);
    return said.toString();
  }

  /** Each file with its size and time. */
  private static Map<String, String> everything() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(file.toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return found;
  }

  @Test
  void saysWhatARunWillTakeAndWritesNothing() throws IOException {
    Map<String, String> before = everything();
    String said = check(world.config("deep/new", "replicas=3"), TrainJob.Mode.FRESH);

    assertThat(said.lines())
        .anyMatch(line -> line.startsWith("memory "))
        .anyMatch(line -> line.startsWith("Training [projector, experts, decoder], "))
        .anyMatch(line -> line.startsWith("  one replica "))
        .anyMatch(line -> line.startsWith("  state on disk "))
        .contains("run         3 rounds; --measured RUN tells their time")
        .last()
        .isEqualTo("Checked: the run can start. Nothing was written");
    assertThat(folder.resolve("deep")).doesNotExist();
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void toldTheTimeByAMeasuredRunItChecksAResume() throws IOException {
    train(world.config("half", "max_examples=32", "average_every=1"), TrainJob.Mode.FRESH);
    Map<String, String> before = everything();
    TrainConfig longer = world.config("half", "max_examples=58", "average_every=1");
    String said = check(longer, TrainJob.Mode.RESUME, world.path("half"));

    assertThat(said)
        .contains("Continuing from ")
        .contains("Changed: max_examples was 32 and is 58")
        .contains("round       2 replicas on 2 executors, as fast as 2 rounds of ")
        .containsPattern("run         8 rounds, about \\d+s");
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void endsAsTheStartWould() throws IOException {
    train(world.config("taken", "max_examples=8"), TrainJob.Mode.FRESH);
    Map<String, String> before = everything();
    Map<TrainConfig, TrainJob.Mode> refused =
        Map.of(
            world.config("taken"), TrainJob.Mode.FRESH,
            world.config("taken", "seed=7"), TrainJob.Mode.RESUME,
            world.config("taken", "max_examples=4"), TrainJob.Mode.RESUME,
            world.config("taken", "data=[" + world.path("trian") + "]"), TrainJob.Mode.OVERWRITE,
            world.config("taken", "model.folder=" + world.path("taken")), TrainJob.Mode.OVERWRITE,
            world.config("refused", "kernels.device=cuda"), TrainJob.Mode.FRESH,
            world.config("refused", "model.initialize=[vision]"), TrainJob.Mode.FRESH,
            world.config("refused", "balance.update_rate=0.01"), TrainJob.Mode.FRESH);

    refused.forEach(
        (config, mode) -> {
          Throwable ofStart = catchThrowable(() -> train(config, mode));
          assertThatThrownBy(() -> check(config, mode))
              .hasSameClassAs(ofStart)
              .hasMessage(ofStart.getMessage());
        });
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void saysThatTheMixtureDoesNotFitTheData() {
    assertThatThrownBy(
            () -> check(world.config("mixed", "mixture.weights={fr: 1}"), TrainJob.Mode.FRESH))
        .hasMessageContaining("mixture.weights");
  }

  @Test
  void saysWhoWritesToTheFolder() throws IOException {
    org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path(world.path("busy"));
    try (FolderLock held = FolderLock.take(FileSystems.of(out, new Configuration()), out)) {
      assertThatThrownBy(() -> check(world.config("busy"), TrainJob.Mode.FRESH))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("busy: another run is writing to it (owner=");
      held.requireHeld();
    }
  }
}
