package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.SparkSessions;
import parrot.model.network.Part;
import parrot.model.weights.ModelFolder;

/** The mean of a run's last states, written beside its checkpoints. */
@Tag("slow")
class AverageLastTest {
  private static final Configuration HADOOP = new Configuration();
  private static final String[] LAST_THREE = {
    "average_last=3", "checkpoints.every=0", "checkpoints.keep=1"
  };

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;
  private static Path run;

  @BeforeAll
  static void trainFourRounds() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("average test", "local[2]", Map.of());
    List<String> said = train("run", TrainJob.Mode.FRESH, LAST_THREE);
    run = folder.resolve("run/checkpoints");
    assertThat(said)
        .last()
        .asString()
        .startsWith("The mean of the last 3 states is in ")
        .endsWith("average-000004");
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static List<String> train(String out, TrainJob.Mode mode, String... settings)
      throws IOException {
    TrainConfig config = world.config(out, settings);
    List<String> said = new ArrayList<>();
    TrainJob.run(config, session, mode, said::add);
    return said;
  }

  private static ModelFolder model(Path path) {
    return ModelFolder.open(new org.apache.hadoop.fs.Path(path.toUri()), HADOOP);
  }

  @Test
  void isTheMeanOfTheTrainedValuesBesideTheFrozenOnes() {
    try (ModelFolder mean = model(run.resolve("average-000004"));
        ModelFolder second = model(run.resolve("round-000002"));
        ModelFolder third = model(run.resolve("round-000003"));
        ModelFolder fourth = model(run.resolve("round-000004"))) {
      assertThat(mean.weights().names()).isEqualTo(fourth.weights().names());
      for (String name : fourth.weights().names()) {
        float[] expected = fourth.weights().read(name);
        if (Part.of(name) != Part.VISION) {
          float[] one = second.weights().read(name);
          float[] two = third.weights().read(name);
          for (int i = 0; i < expected.length; i++) {
            expected[i] = (float) (((double) one[i] + two[i] + expected[i]) / 3);
          }
        }
        assertThat(mean.weights().read(name)).as(name).containsExactly(expected, offset(1e-6f));
      }
    }
  }

  @Test
  void hasNoMomentsAndIsNotWhatARunContinuesFrom() {
    assertThat(run.resolve("average-000004/_SUCCESS")).exists();
    assertThat(run.resolve("average-000004/training/updater.safetensors")).doesNotExist();
    org.apache.hadoop.fs.Path newest =
        Checkpoints.resolveModel(new org.apache.hadoop.fs.Path(run.getParent().toUri()), HADOOP);
    assertThat(newest.getName()).isEqualTo("round-000004");
  }

  @Test
  void leavesTheRunAsItWas() throws IOException {
    train("plain", TrainJob.Mode.FRESH);
    Path plain = folder.resolve("plain/checkpoints");
    assertThat(plain.resolve("average-000004")).doesNotExist();
    assertSameBytes(plain, run, "round-000004/model.safetensors");
    assertSameBytes(plain, run, "round-000004/training/updater.safetensors");
    assertThat(Files.readString(folder.resolve("plain/config.yaml")))
        .doesNotContain("average_last");
  }

  @Test
  void aRunThatWasKilledComesToTheSameMean() throws IOException {
    train("killed", TrainJob.Mode.FRESH, LAST_THREE);
    Path killed = folder.resolve("killed/checkpoints");
    for (String lost : List.of("round-000003", "round-000004", "average-000004")) {
      delete(killed.resolve(lost));
    }
    train("killed", TrainJob.Mode.RESUME, LAST_THREE);
    assertSameBytes(killed, run, "average-000004/model.safetensors");

    delete(killed.resolve("average-000004")); // killed before it was written
    train("killed", TrainJob.Mode.RESUME, LAST_THREE);
    assertSameBytes(killed, run, "average-000004/model.safetensors");

    delete(killed.resolve("round-000003"));
    assertThatThrownBy(() -> train("killed", TrainJob.Mode.RESUME, LAST_THREE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("round-000003 is missing (leave average_last out");
  }

  @Test
  void aShorterRunIsAveragedAsAWholeAndSaysSo() throws IOException {
    List<String> said = train("short", TrainJob.Mode.FRESH, "average_last=9", "max_examples=32");
    assertThat(said)
        .anyMatch(line -> line.startsWith("warning: average_last is 9, and the run has 2 rounds"))
        .last()
        .asString()
        .startsWith("The mean of the last 2 states is in ");
  }

  private static void assertSameBytes(Path one, Path other, String file) throws IOException {
    assertThat(one.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
