package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.UsageException;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.spark.SparkSessions;
import parrot.model.kernel.Threads;

/** Runs that go on under other settings, end early, and keep their best checkpoint. */
@Tag("slow")
class ResumeChangesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;

  private final List<String> said = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("resume test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private TrainJob.Outcome train(TrainConfig config, TrainJob.Mode mode) {
    said.clear();
    return TrainJob.run(config, session, mode, said::add);
  }

  private TrainJob.Outcome train(String run, String... settings) {
    return train(world.config(run, settings), TrainJob.Mode.FRESH);
  }

  private TrainJob.Outcome resume(String run, String... settings) {
    return train(world.config(run, settings), TrainJob.Mode.RESUME);
  }

  private static List<JsonNode> metrics(String run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve(MetricsFile.NAME))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static JsonNode state(TrainJob.Outcome outcome) throws IOException {
    return JSON.readTree(file(outcome, "training/state.json").toFile());
  }

  private static Path file(TrainJob.Outcome outcome, String name) {
    return Path.of(outcome.checkpoint().toUri()).resolve(name);
  }

  private static List<String> checkpoints(String run) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve(run).resolve("checkpoints"))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  @Test
  void aLongerRunIsTheOneThatWasThatLongFromTheStart() throws IOException {
    String[] constant = {"optimizer.schedule=constant", "max_steps=8", "max_examples=null"};
    TrainJob.Outcome whole = train("long", constant);
    train("lengthened", "optimizer.schedule=constant", "max_steps=4", "max_examples=null");
    TrainJob.Outcome lengthened =
        resume(
            "lengthened",
            Stream.concat(Stream.of(constant), Stream.of("kernels.device=cpu"))
                .toArray(String[]::new));

    assertThat(said).contains("Changed: max_steps was 4 and is 8");
    assertThat(lengthened.rounds()).isEqualTo(4);
    assertThat(file(lengthened, "model.safetensors"))
        .hasSameBinaryContentAs(file(whole, "model.safetensors"));
    assertThat(folder.resolve("lengthened/config.yaml")).content().contains("max_steps: 8");
    JsonNode change = state(lengthened).path("changes").path(0);
    assertThat(change.path("round").asInt()).isEqualTo(2);
    assertThat(change.path("settings").toString())
        .isEqualTo("[{\"key\":\"max_steps\",\"was\":\"4\",\"is\":\"8\"}]");
    assertThat(metrics("lengthened").get(3).path("notes").toString())
        .isEqualTo("[\"max_steps was 4 and is 8\"]");
    assertThat(metrics("lengthened").get(4).has("notes")).isFalse();
    assertThat(state(whole).has("changes")).isFalse();
  }

  @Test
  void rateAndBatchChangeInTheMiddleAndTheRunStillEndsAtItsSteps() throws IOException {
    train("retuned", "max_steps=4", "max_examples=null");
    String[] other = {
      "max_steps=8",
      "max_examples=null",
      "batch_size=8",
      "optimizer.learning_rate=0.5e-2",
      "optimizer.schedule=constant",
      "optimizer.rates={router: 1e-3}",
      "balance.z_loss=1e-3",
      "checkpoints.keep=9"
    };
    TrainJob.Outcome outcome = resume("retuned", other);

    assertThat(said)
        .contains(
            "Changed: batch_size was 4 and is 8",
            "Changed: optimizer.learning_rate was 0.01 and is 0.005",
            "Changed: checkpoints.keep was 2 and is 9")
        .anyMatch(line -> line.startsWith("Changed: optimizer.rates"))
        .anyMatch(line -> line.startsWith("Changed: balance.z_loss"));
    assertThat(state(outcome).path("iteration").asInt()).isEqualTo(8);
    assertThat(state(outcome).path("examples").asInt()).isEqualTo(4 * 8 + 4 * 16);
    assertThat(metrics("retuned").get(3).path("learning_rate").asDouble())
        .isEqualTo(0.005, offset(1e-12));
    assertThat(metrics("retuned").get(3).path("learning_rates").path("router").asDouble())
        .isEqualTo(0.001, offset(1e-12));
    assertThat(metrics("retuned").get(3).path("balance").path("z_loss").asDouble()).isPositive();

    resume("retuned", other);
    assertThat(said).noneMatch(line -> line.startsWith("Changed: "));
    assertThat(state(outcome).path("changes")).hasSize(1);
  }

  @Test
  void moreReplicasGoOnFromTheStateOfFewerWithOtherSharesOfTheCores() throws IOException {
    train("widened", "max_examples=16", "kernels.threads=3");
    String[] wider = {"max_examples=40", "replicas=3", "kernels.threads=0"};
    TrainJob.Outcome outcome = resume("widened", wider);
    int share = Math.max(1, Threads.allowed() / 2); // of two slots
    assertThat(folder.resolve("widened/config.yaml")).content().contains("threads: " + share);

    assertThat(said).contains("Changed: replicas was 2 and is 3");
    assertThat(outcome.rounds()).isEqualTo(2);
    assertThat(state(outcome).path("examples").asInt()).isEqualTo(16 + 3 * 8);
    assertThat(state(outcome).path("changes").path(0).path("settings").toString())
        .contains("{\"key\":\"replicas\",\"was\":\"2\",\"is\":\"3\"}");
    assertThat(metrics("widened").get(2).path("phases").path("replicas")).hasSize(3);
    resume("widened", wider);
    assertThat(said).noneMatch(line -> line.startsWith("Changed: "));
  }

  @Test
  void replicasThatKeepValuesOfTheirOwnStaySoMany() throws IOException {
    train("rounding", "max_examples=16", "exchange=int8");
    assertThatThrownBy(() -> resume("rounding", "max_examples=40", "exchange=int8", "replicas=3"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(
            "Cannot resume with another number of replicas: after round 1 each replica keeps");
    assertThat(folder.resolve("rounding/config.yaml")).content().contains("replicas: 2");
  }

  @Test
  void otherDataIsTrainedOnFromItsBeginning() throws IOException {
    world.shards("more", 20, 5);
    train("fed", "max_examples=16");
    String both = "data=[" + world.path("train") + ", " + world.path("more") + "]";
    TrainJob.Outcome outcome = resume("fed", "epochs=0.5", "max_examples=null", both);

    assertThat(said)
        .anyMatch(line -> line.startsWith("Changed: data was [{") && line.contains("/more\"}]"))
        .contains("Changed: max_examples was 16 and is absent");
    assertThat(state(outcome).path("examples").asInt()).isEqualTo(16 + 40);
    assertThat(state(outcome).path("data")).hasSize(2);
    assertThat(metrics("fed").get(4).path("epoch").asDouble()).isEqualTo(0.5);
  }

  /** So high a rate that the loss does not fall in each round. */
  private static String[] wild(String... more) {
    return Stream.concat(
            Stream.of(
                "optimizer.learning_rate=0.3",
                "optimizer.schedule=constant",
                "held_out.every=1",
                "checkpoints.keep=1"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static List<Double> heldOut(String run) throws IOException {
    return metrics(run).stream()
        .map(line -> line.path("held_out").path("loss").asDouble())
        .toList();
  }

  @Test
  void keepsTheBestCheckpointBesideTheNewest() throws IOException {
    train("best", wild("max_examples=48", "checkpoints.keep_best=1"));
    List<Double> losses = heldOut("best");
    int best = losses.indexOf(Collections.min(losses));
    assertThat(best).isBetween(1, 2);
    assertThat(checkpoints("best"))
        .containsExactly("round-000000", "round-00000" + best, "round-000003");
    assertThat(said)
        .anyMatch(
            line ->
                line.startsWith("The lowest held-out loss, ")
                    && line.endsWith("best/checkpoints/round-00000" + best));
  }

  @Test
  void endsEarlyAndGoesOnWithMorePatience() throws IOException {
    String length = "max_examples=64";
    train("patient", wild(length));
    List<Double> losses = heldOut("patient");
    int end = 1;
    while (losses.get(end) < losses.get(end - 1)) {
      end++;
    }
    assertThat(end).isLessThan(4);

    TrainJob.Outcome ended = train("impatient", wild(length, "stop.patience=1"));
    assertThat(ended.stopped()).isFalse();
    assertThat(ended.rounds()).isEqualTo(end);
    assertThat(checkpoints("impatient")).contains("round-00000" + (end - 1));
    assertThat(said).anyMatch(line -> line.startsWith("Stopped early: 1 measurement without a"));
    assertThat(metrics("impatient").get(end).path("notes").path(0).asText())
        .startsWith("Stopped early: ");

    assertThat(resume("impatient", wild(length, "stop.patience=1")).rounds()).isEqualTo(end);
    assertThat(said).anyMatch(line -> line.startsWith("Stopped early: "));

    TrainJob.Outcome whole = resume("impatient", wild(length, "stop.patience=99"));
    assertThat(said).contains("Changed: stop.patience was 1 and is 99");
    assertThat(whole.rounds()).isEqualTo(4);
    assertThat(heldOut("impatient")).isEqualTo(losses);
  }

  @Test
  void otherHeldOutRowsUnderTheSamePathAreAChangeThatPatienceStartsAnewWith() throws IOException {
    world.shards("measured", 12, 2);
    String[] settings = wild("held_out.data=[" + world.path("measured") + "]", "stop.patience=99");
    train("remeasured", with(settings, "max_examples=32"));
    rewrite("measured", 9);

    TrainJob.Outcome outcome = resume("remeasured", with(settings, "max_examples=48"));

    assertThat(said)
        .anyMatch(line -> line.startsWith("Changed: held_out.data was rows with checksum ["));
    JsonNode change = state(outcome).path("changes").path(0);
    assertThat(change.path("round").asInt()).isEqualTo(2);
    assertThat(change.path("newData").asBoolean()).isFalse();
    assertThat(metrics("remeasured").get(3).path("notes").toString()).contains("held_out.data was");
    assertThat(said)
        .anyMatch(
            line ->
                line.startsWith("The lowest held-out loss, ") && line.contains("after round 3"));

    resume("remeasured", with(settings, "max_examples=48"));
    assertThat(said).noneMatch(line -> line.startsWith("Changed: "));
  }

  @Test
  void theSameHeldOutRowsUnderAnotherPathAreNoChange() throws IOException {
    world.shards("here", 12, 2);
    train("moved", "held_out.data=[" + world.path("here") + "]", "max_examples=32");
    Files.move(folder.resolve("here"), folder.resolve("there"));

    resume("moved", "held_out.data=[" + world.path("there") + "]", "max_examples=48");

    assertThat(said).filteredOn(line -> line.startsWith("Changed: ")).hasSize(1);
    assertThat(said).contains("Changed: max_examples was 32 and is 48");
  }

  private void rewrite(String name, long seed) throws IOException {
    Files.move(folder.resolve(name), folder.resolve(name + " before"));
    world.shards(name, 12, seed);
  }

  private static String[] with(String[] settings, String more) {
    return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
  }
}
