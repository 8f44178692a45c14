package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.shapes.ShapesTokenizer;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.SparkSessions;

/** What training will not begin with, and says so before it has changed anything. */
@Tag("slow")
class TrainRefusalsTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("refusals test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static TrainJob.Outcome train(TrainConfig config, TrainJob.Mode mode) {
    return TrainJob.run(config, session, mode, line -> {});
  }

  private static TrainJob.Outcome train(TrainConfig config) {
    return train(config, TrainJob.Mode.FRESH);
  }

  @Test
  void refusesToBalanceBySelectionWhereEveryExpertComputes() {
    assertThatThrownBy(() -> train(world.config("unbalanced", "balance.update_rate=0.01")))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Invalid balance.update_rate: 0.01 (must be absent if every");
    assertThat(folder.resolve("unbalanced")).doesNotExist();
  }

  @Test
  void refusesToTrainMoreParametersThanDl4jsUpdaterAddresses() {
    assertThatThrownBy(
            () ->
                train(
                    world.config(
                        "too-many", "averaging=dl4j", "model.config.intermediate_size=30_000_000")))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Invalid train: [")
        .hasMessageContaining("decoder], 1,440,00")
        .hasMessageEndingWith(
            " parameters (must be at most 1,073,741,823 with averaging: dl4j, as many as DL4J's"
                + " updater addresses); set averaging: parrot, or train fewer parts");
    assertThat(folder.resolve("too-many")).doesNotExist();
  }

  @Test
  void refusesATokenizerThatIsLargerThanTheEmbedding() throws IOException {
    Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), ShapesTokenizer.json());
    assertThatThrownBy(() -> train(world.config("large", "model.tokenizer=" + tokenizer)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot train with tokenizer %s: it has 1536 tokens (at most 40 expected, the model's vocab_size); it belongs to another model",
            tokenizer);
    assertThat(folder.resolve("large")).doesNotExist();
  }

  @Test
  void refusesToChangeWhatARunIsMadeOf() throws IOException {
    train(world.config("contradiction", "max_examples=16"));
    Path stored = folder.resolve("contradiction/config.yaml");
    String before = Files.readString(stored);
    Map<String, String> refused =
        Map.of(
            "optimizer.beta2=0.95",
            "optimizer.beta2 was 0.999 and is 0.95: the moments were made with it",
            "train=[projector]",
            "train was [\"projector\",\"experts\",\"decoder\"] and is [\"projector\"]: the state"
                + " holds values and moments of these parts alone",
            "model.config.moe_top_k=1",
            "model.config.moe_top_k was absent and is 1: a run goes on from the model that it"
                + " began with",
            "seed=7",
            "seed was 0 and is 7: it decides which rows have been trained on",
            "exchange=int8",
            "exchange was \"f32\" and is \"int8\": the state of the rounds was made with it");
    refused.forEach(
        (setting, reason) ->
            assertThatThrownBy(
                    () ->
                        train(
                            world.config("contradiction", "max_examples=32", setting),
                            TrainJob.Mode.RESUME))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                    "Cannot resume: "
                        + reason
                        + " (restore these values, or start another run with --out)"));
    assertThatThrownBy(
            () -> train(world.config("contradiction", "max_examples=8"), TrainJob.Mode.RESUME))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Cannot resume: the configuration asks for 8 examples, and the run has trained on 16"
                + " (raise epochs, max_steps or max_examples; or use the checkpoint of round 1)");
    assertThat(stored).hasContent(before);
    assertThatThrownBy(() -> train(world.config("contradiction", "max_examples=16")))
        .hasMessageContaining("it holds a run already (--resume continues it, --overwrite");
  }

  @Test
  void refusesToResumeOnOtherDataThanItBeganWith() throws IOException {
    world.shards("changing", 20, 3);
    String[] settings = {"max_examples=16", "data=[" + world.path("changing") + "]"};
    train(world.config("on-changing", settings));
    Path manifest = folder.resolve("changing/manifest.json");
    Files.writeString(manifest, Files.readString(manifest).replace("\"1\"", "\"2\""));

    assertThatThrownBy(() -> train(world.config("on-changing", settings), TrainJob.Mode.RESUME))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot resume: ")
        .hasMessageContaining("changing has changed since the run trained on it (its manifest.json")
        .hasMessageEndingWith("); put the data back, or give the new data in a folder of its own");
  }

  @Test
  void resumesOnTheSameDataUnderAnotherName() throws IOException {
    world.shards("moving", 20, 3);
    train(world.config("moved", "max_examples=16", "data=[" + world.path("moving") + "]"));
    Files.move(folder.resolve("moving"), folder.resolve("moved-data"));
    String dotted = folder + "/./model";

    TrainJob.Outcome outcome =
        train(
            world.config(
                "moved",
                "max_examples=16",
                "data=[" + world.path("moved-data") + "]",
                "model.folder=" + dotted),
            TrainJob.Mode.RESUME);
    assertThat(outcome.rounds()).isEqualTo(1);
  }

  @Test
  void warnsOfWhatIsRarelyMeant() {
    List<String> said = new ArrayList<>();
    TrainJob.run(
        world.config(
            "hinted",
            "max_examples=8",
            "replicas=3",
            "optimizer.warmup_steps=100",
            "where=[tokens >= 1]",
            "held_out.data=[" + world.path("train") + "]"),
        session,
        TrainJob.Mode.FRESH,
        said::add);

    assertThat(said)
        .anyMatch(line -> line.contains("train holds rows that are trained on, from"))
        .anyMatch(line -> line.contains("the warm-up of 100 steps is as long as the run, 1"))
        .anyMatch(line -> line.contains("1 of 3 replicas get no rows: a round has 8, in batches"))
        .anyMatch(line -> line.contains("the replicas are averaged only once, at the end"));
  }

  @Test
  void refusesACardInsteadOfComputingElsewhereInSilence() {
    assertThatThrownBy(() -> train(world.config("card", "kernels.device=cuda")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageMatching("Cannot (use|train on) a GPU: .*");
    assertThat(folder.resolve("card")).doesNotExist();
  }

  @Test
  void refusesAFolderThatAnotherRunIsTrainingIn() throws IOException {
    org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path(world.path("shared"));
    try (FolderLock held = FolderLock.take(FileSystems.of(out, HADOOP), out)) {
      for (TrainJob.Mode mode : TrainJob.Mode.values()) {
        assertThatThrownBy(() -> train(world.config("shared"), mode))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("shared: another run is writing to it (owner=")
            .hasMessageContaining("Wait for it to end or stop it");
      }
    }
    train(world.config("shared", "max_examples=8"));
    assertThat(folder.resolve(".shared.lock")).doesNotExist();
  }

  @Test
  void leavesNothingBehindAndDeletesNothingWhereARunCannotBegin() {
    assertThatThrownBy(() -> train(world.config("mistyped", "data=[" + folder + "/trian]")))
        .hasMessageContaining("trian: no such folder (run preprocess first)");
    assertThat(folder.resolve("mistyped")).doesNotExist();
    TrainJob.Outcome outcome = train(world.config("mistyped", "max_examples=8"));

    TrainConfig wrong = world.config("mistyped", "held_out.data=[" + folder + "/held-uot]");
    assertThatThrownBy(() -> train(wrong, TrainJob.Mode.OVERWRITE))
        .hasMessageContaining("held-uot: no such folder (run preprocess first)");
    TrainConfig itself = world.config("mistyped", "model.folder=" + world.path("mistyped"));
    assertThatThrownBy(() -> train(itself, TrainJob.Mode.OVERWRITE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("mistyped: this command reads ")
        .hasMessageContaining("which lies in it (choose another folder to write to");
    assertThat(Path.of(outcome.checkpoint().toUri())).exists();

    TrainConfig right = world.config("mistyped", "max_examples=16");
    train(right, TrainJob.Mode.OVERWRITE);
  }

  @Test
  void overwritesNeitherWhatItReadsNorAFolderThatIsNotARun() throws IOException {
    train(world.config("overwritten", "max_examples=8"));
    world.shards("overwritten/shards", 20, 3);
    Path notes = Files.writeString(folder.resolve("overwritten/notes.txt"), "kept");
    Path link = folder.resolve("link-to-shards");
    Files.createSymbolicLink(link, folder.resolve("overwritten/shards"));
    for (String data : new String[] {world.path("overwritten/shards"), link.toString()}) {
      for (String key : new String[] {"data", "held_out.data"}) {
        assertThatThrownBy(
                () ->
                    train(
                        world.config("overwritten", key + "=[" + data + "]"),
                        TrainJob.Mode.OVERWRITE))
            .isInstanceOf(UsageException.class)
            .hasMessageContaining("this command reads " + data + ", which lies in it");
      }
    }
    assertThat(folder.resolve("overwritten/shards/_SUCCESS")).exists();
    assertThat(folder.resolve("overwritten/checkpoints/round-000001/_SUCCESS")).exists();

    train(world.config("overwritten", "max_examples=16"), TrainJob.Mode.OVERWRITE);
    assertThat(notes).hasContent("kept");

    Path project = Files.createDirectories(folder.resolve("project"));
    Files.writeString(project.resolve("config.yaml"), "out: elsewhere\n");
    assertThatThrownBy(() -> train(world.config("project"), TrainJob.Mode.OVERWRITE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("it exists and is not a training run");
    assertThat(project.resolve("config.yaml")).hasContent("out: elsewhere");
  }

  @Test
  void refusesToChangeAKeyThatNoModelHas() {
    assertThatThrownBy(() -> train(world.config("unknown", "model.config.moe_wight=1")))
        .isInstanceOf(UsageException.class)
        .hasMessage("Unknown key model.config.moe_wight; did you mean moe_weight?");
    train(world.config("known", "model.config.moe_formula=paper", "max_examples=8"));
  }

  @Test
  void refusesToTrainAPartThatTheModelDoesNotUse() {
    assertThatThrownBy(
            () -> train(world.config("unused", "train=[projector, experts]", "use_moe=false")))
        .isInstanceOf(UsageException.class)
        .hasMessage("Invalid train: experts (must be parts that the model uses; use_moe is false)");
  }

  @Test
  void saysWhichPartHasNoWeightsToStartFrom() {
    assertThatThrownBy(
            () -> train(world.config("missing", "model.initialize=[vision, experts, decoder]")))
        .hasMessageContaining("4 tensors are missing: model.mm_projector.0.weight")
        .hasMessageEndingWith(
            "set model.projector to a folder that has them, or add projector to model.initialize to"
                + " start fresh");
  }

  @Test
  void refusesDataMadeForAnotherModel() throws IOException {
    Map<String, String> others =
        Map.of(
            "\"pictureSize\" : 14",
            "\"pictureSize\" : 28 | wrong image size (got 28, expected 14)",
            "\"seed\" : \"1\"",
            "\"max-length\" : \"65\" | wrong max-length (got 65, expected at most 64,");
    for (Map.Entry<String, String> other : others.entrySet()) {
      String[] change = other.getValue().split(" \\| ");
      String data = "data-" + other.getKey().length();
      world.shards(data, 20, 3);
      Path manifest = world.folder.resolve(data).resolve("manifest.json");
      String before = Files.readString(manifest);
      assertThat(before).contains(other.getKey());
      Files.writeString(manifest, before.replace(other.getKey(), change[0]));

      assertThatThrownBy(
              () -> train(world.config("for-" + data, "data=[" + world.folder.resolve(data) + "]")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(change[1])
          .hasMessageContaining("preprocess again with");
    }
  }
}
