package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.shapes.ShapesTokenizer;
import parrot.datasets.storage.Digests;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.evaluate.TinyBenchmark;
import parrot.jobs.evaluate.TrainingScores;
import parrot.jobs.report.ReportJob;
import parrot.jobs.spark.SparkSessions;

/** A run asks benchmarks as it goes, and computes what it computes without them. */
@Tag("slow")
class RunBenchmarksTest {
  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;
  private static Path questions;

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    Path config = folder.resolve("model/config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace(
                "\"vocab_size\":" + SmallWorld.VOCABULARY,
                "\"vocab_size\":" + ShapesTokenizer.VOCABULARY_SIZE)
            .replace("\"tokenizer_model_max_length\":64", "\"tokenizer_model_max_length\":256"));
    String tokenizer = ShapesTokenizer.json();
    Files.writeString(folder.resolve("model/tokenizer.json"), tokenizer);
    String digest = Digests.sha256(tokenizer.getBytes(StandardCharsets.UTF_8));
    for (String data : List.of("train", "held-out")) {
      Path manifest = folder.resolve(data).resolve("manifest.json");
      Files.writeString(
          manifest, Files.readString(manifest).replace("\"none\"", '"' + digest + '"'));
    }
    questions = TinyBenchmark.write(folder.resolve("shapes"), 3);
    session = SparkSessions.create("benchmark test", "local[3]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static TrainConfig config(String out, int replicas, String... settings) {
    List<String> all =
        new ArrayList<>(List.of("max_examples=48", "replicas=" + replicas, "checkpoints.keep=1"));
    all.addAll(List.of(settings));
    return world.config(out, all.toArray(String[]::new));
  }

  private static TrainJob.Outcome train(TrainConfig config, List<String> said) {
    return TrainJob.run(config, session, TrainJob.Mode.FRESH, said::add);
  }

  private static Map<Integer, EvaluationScores> scores(String out) throws IOException {
    return TrainingScores.read(
        FileSystem.getLocal(new Configuration()),
        new org.apache.hadoop.fs.Path(folder.resolve(out).toUri()));
  }

  /** Two replicas leave a slot of three to the questions, three leave none. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void checkpointsAreAskedAndTheRunComputesTheSame(int replicas) throws IOException {
    List<String> said = new ArrayList<>();
    TrainJob.Outcome alone = train(config("alone-" + replicas, replicas), said);
    TrainJob.Outcome asked =
        train(
            config(
                "asked-" + replicas,
                replicas,
                "benchmark.files=[" + questions + "]",
                "benchmark.every=2",
                "benchmark.limit=2"),
            said);

    assertThat(CheckpointSums.of(asked.checkpoint()))
        .isEqualTo(CheckpointSums.of(alone.checkpoint()));
    assertThat(said).noneMatch(line -> line.contains("warning: the benchmark"));
    Path run = folder.resolve("asked-" + replicas);
    Map<Integer, EvaluationScores> scores = scores("asked-" + replicas);
    assertThat(scores.keySet())
        .containsExactlyElementsOf(replicas == 2 ? List.of(2, 4, 6) : List.of(2, 4));
    assertThat(scores.values())
        .allSatisfy(
            one -> {
              assertThat(one.failed()).isZero();
              assertThat(one.benchmarks().get(0).lines()).isNotEmpty();
            });
    try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
      assertThat(checkpoints.filter(one -> one.getFileName().toString().startsWith("round-")))
          .as("the start and checkpoints.keep")
          .hasSize(2);
    }
    org.apache.hadoop.fs.Path page =
        ReportJob.write(new org.apache.hadoop.fs.Path(run.toUri()), null, new Configuration());
    assertThat(Files.readString(Path.of(page.toUri()))).contains("Accuracy on MMMB, plain");
  }

  private static TrainJob.Outcome stopped(TrainConfig config, String during, List<String> said) {
    try (StopSignal stop = new StopSignal(said::add, "early")) {
      SparkListener stopper =
          new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
              String what = job.properties().getProperty("spark.job.description", "");
              if (what.startsWith(during) && !stop.isRequested()) {
                stop.request();
              }
            }
          };
      session.sparkContext().addSparkListener(stopper);
      TrainJob.Outcome stopped =
          TrainJob.run(config, session, TrainJob.Mode.FRESH, said::add, stop);
      session.sparkContext().removeSparkListener(stopper);
      return stopped;
    }
  }

  /** A run counts as complete only if its last checkpoint was asked; a resumed run asks it. */
  @ParameterizedTest
  @ValueSource(strings = {"round 2 of 2: replicas", "evaluate"})
  void aRunThatIsStoppedBeforeItsLastAnswersAsksOnWhenItIsResumed(String during)
      throws IOException {
    String out = "stopped-" + during.charAt(0);
    TrainConfig config =
        config(out, 3, "benchmark.files=[" + questions + "]", "benchmark.every=100");
    List<String> said = new ArrayList<>();
    TrainJob.Outcome stopped = stopped(config, during, said);
    assertThat(stopped.rounds()).isEqualTo(2);
    assertThat(stopped.stopped()).isEqualTo(scores(out).isEmpty());

    TrainJob.Outcome resumed = TrainJob.run(config, session, TrainJob.Mode.RESUME, said::add);
    assertThat(resumed.stopped()).isFalse();
    assertThat(scores(out).keySet()).containsExactly(4);
  }

  @Test
  void aRunThatIsStoppedWhileEarlierCheckpointsWaitAsksThemWhenItIsResumed() throws IOException {
    TrainConfig config =
        config(
            "waiting",
            2,
            "checkpoints.keep=100",
            "benchmark.files=[" + questions + "]",
            "benchmark.every=2",
            "benchmark.limit=2");
    List<String> said = new ArrayList<>();
    assertThat(stopped(config, "round 2 of 3: replicas", said).rounds()).isEqualTo(2);
    Path asked = folder.resolve("waiting/" + TrainingScores.FOLDER);
    FileUtils.deleteDirectory(asked.toFile()); // as if none had been asked until then
    Files.createDirectories(asked.resolve("step-000001")); // whose checkpoint is deleted

    assertThat(TrainJob.run(config, session, TrainJob.Mode.RESUME, said::add).stopped()).isFalse();
    assertThat(scores("waiting").keySet()).containsExactly(2, 4, 6);
    assertThat(said.stream().filter(line -> line.contains("has no scores")))
        .singleElement()
        .asString()
        .startsWith("warning: ")
        .contains("benchmark/step-000001");
  }

  @Test
  void refusesFilesThatAreNotThereBeforeItTrains() throws IOException {
    assertThatThrownBy(
            () ->
                train(
                    config("none", 2, "benchmark.files=[" + folder + "/none]"), new ArrayList<>()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file or folder");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).noneMatch(file -> file.endsWith("none"));
    }
  }
}
