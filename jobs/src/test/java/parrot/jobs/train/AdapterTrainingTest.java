package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;
import parrot.jobs.CommandLines;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.SparkSessions;
import parrot.model.ModelException;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Batch;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.weights.ModelFolder;

/** Runs that train adapters beside a frozen decoder. */
@Tag("slow")
class AdapterTrainingTest {
  private static final Configuration HADOOP = new Configuration();
  private static final String[] ADAPTED = {
    "train=[projector, experts, adapters]",
    "adapters={rank: 2, alpha: 6, on: [v_proj, q_proj, up_proj, vision.fc1], dropout: 0.2}",
    "model.config.moe_top_k=1",
    "balance.update_rate=0.01",
    "checkpoints.every=1",
    "checkpoints.keep=9"
  };

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;
  private static TrainJob.Outcome whole;

  @BeforeAll
  static void train() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("adapter test", "local[2]", Map.of());
    whole = train("whole", TrainJob.Mode.FRESH);
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static TrainJob.Outcome train(String run, TrainJob.Mode mode, String... more) {
    String[] settings =
        Stream.concat(Arrays.stream(ADAPTED), Arrays.stream(more)).toArray(String[]::new);
    TrainConfig config = world.config(run, settings);
    return TrainJob.run(config, session, mode, line -> {});
  }

  private static Path local(org.apache.hadoop.fs.Path path) {
    return Path.of(path.toUri());
  }

  private static ModelFolder open(Path model) {
    return ModelFolder.open(new org.apache.hadoop.fs.Path(model.toUri()), HADOOP);
  }

  @Test
  void adaptersAndWhatElseIsTrainedChangeAndNothingElse() {
    Path start = folder.resolve("whole/checkpoints/round-000000");
    try (ModelFolder before = open(start);
        ModelFolder after = open(local(whole.checkpoint()))) {
      assertThat(after.weights().names()).isEqualTo(before.weights().names());
      for (String name : after.weights().names()) {
        boolean same = Arrays.equals(before.weights().read(name), after.weights().read(name));
        boolean frozen = List.of(Part.VISION, Part.DECODER).contains(Part.of(name));
        assertThat(same).as(name).isEqualTo(frozen);
      }
    }
  }

  @Test
  void aCheckpointHoldsInPeftsFormatWhatIsTrainedAlone() throws IOException {
    Path checkpoint = local(whole.checkpoint());
    try (Stream<Path> files = Files.list(checkpoint)) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> !n.startsWith(".")))
          .containsExactlyInAnyOrder(
              "_SUCCESS",
              "adapter_config.json",
              "adapter_model.safetensors",
              "config.json",
              "manifest.json",
              "training");
    }
    JsonNode config =
        new ObjectMapper().readTree(checkpoint.resolve("adapter_config.json").toFile());
    assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
    assertThat(config.path("base_model_name_or_path").asText()).isEqualTo("../base");
    assertThat(config.path("modules_to_save").toString())
        .isEqualTo("[\"mm_projector\",\"moe_model\"]");
    JsonNode header = header(checkpoint.resolve("adapter_model.safetensors"));
    List<String> names = new ArrayList<>();
    header.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .contains(
            "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
            "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
            "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight",
            "base_model.model.model.mm_projector.0.weight",
            "base_model.model.model.moe_model.experts.2.down_proj.weight")
        .noneMatch(name -> name.endsWith("q_proj.weight") || name.contains("embed_tokens"));
    String factor = "base_model.model.model.layers.0.mlp.up_proj.lora_B.weight";
    assertThat(header.path(factor).path("shape").toString()).isEqualTo("[24,2]");
    assertThat(header.path(factor).path("dtype").asText()).isEqualTo("F32");
    assertThat(header.path("__metadata__").path("format").asText()).isEqualTo("pt");
  }

  @Test
  void replicasDropWhatTheRunAsksFor() throws IOException {
    TrainJob.Outcome without = train("without", TrainJob.Mode.FRESH, "adapters.dropout=0");
    assertThat(without.loss()).isNotEqualTo(whole.loss());
    assertThat(dropout(without)).isZero();
    assertThat(dropout(whole)).isEqualTo(0.2);
  }

  private static double dropout(TrainJob.Outcome outcome) throws IOException {
    Path file = local(outcome.checkpoint()).resolve("adapter_config.json");
    return new ObjectMapper().readTree(file.toFile()).path("lora_dropout").asDouble();
  }

  /** Eight bytes of length, then JSON. */
  private static JsonNode header(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) bytes.getLong()];
    bytes.get(json);
    return new ObjectMapper().readTree(json);
  }

  @Test
  void resumingGivesTheBytesOfTheUninterruptedRun() throws IOException {
    TrainJob.Outcome first = train("parts", TrainJob.Mode.FRESH);
    Path last = local(first.checkpoint());
    assertThat(checksums(last)).isEqualTo(checksums(local(whole.checkpoint())));
    Files.delete(last.resolve("_SUCCESS"));
    Files.delete(last.resolveSibling("round-000003").resolve("_SUCCESS"));
    TrainJob.Outcome resumed = train("parts", TrainJob.Mode.RESUME);
    assertThat(checksums(local(resumed.checkpoint())))
        .isEqualTo(checksums(local(whole.checkpoint())));

    Files.delete(last.resolveSibling("base").resolve("model.safetensors"));
    assertThatThrownBy(() -> train("parts", TrainJob.Mode.RESUME))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("base, is damaged: model.safetensors is missing");
  }

  @Test
  void mergedComputesTheSame() {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String base = world.path("whole/checkpoints/base");
    String merged = world.path("merged");
    assertThat(
            CommandLines.run(
                out,
                out,
                "merge-adapter",
                "--model",
                base,
                "--adapter",
                world.path("whole"),
                "--out",
                merged))
        .as(said.toString())
        .isZero();
    int[] tokens = {3, 5, 7, 9, 11};
    int[] labels = {-100, -100, 7, 9, 11};
    Batch batch = Batch.ofText(tokens, labels, new int[] {tokens.length});
    try (ModelFolder apart = open(local(whole.checkpoint()));
        ModelFolder together = open(Path.of(merged));
        ModelFolder bare = open(Path.of(base))) {
      assertThat(together.config().adapters()).isEmpty();
      assertThat(together.config().experts().selectionBias())
          .isEqualTo(apart.config().experts().selectionBias())
          .isNotEmpty();
      float[] logits = logits(apart, batch);
      assertThat(logits).containsExactly(logits(together, batch), offset(1e-5f));
      assertThat(logits).isNotEqualTo(logits(bare, batch));
    }
  }

  private static float[] logits(ModelFolder model, Batch batch) {
    Kernels kernels = Kernels.create("reference", Precision.F32, 1);
    try (ParrotNetwork network =
        ParrotNetwork.frozen(model.config(), new FrozenWeights(model.weights()), kernels)) {
      return network.trace(batch).logits();
    }
  }

  @Test
  void whatNeedsOneModelAsksForTheMergedOne() {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String[] export = {"export", "--model", world.path("whole"), "--out", world.path("out")};
    assertThat(CommandLines.run(out, out, export)).isEqualTo(3);
    assertThat(said.toString()).contains("its adapters are not merged; merge them first");
    String start = "model.folder=" + world.path("whole");
    assertThatThrownBy(() -> train("heir", TrainJob.Mode.FRESH, start))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("merge-adapter --model");
  }

  private static Map<String, String> checksums(Path checkpoint) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> all = Files.walk(checkpoint)) {
      for (Path file : new ArrayList<>(new TreeSet<>(all.filter(Files::isRegularFile).toList()))) {
        String name = checkpoint.relativize(file).toString();
        if (!name.startsWith(".") && !name.contains("/.") && !isOfTheRun(name)) {
          sums.put(name, Digests.hex(Digests.sha256().digest(Files.readAllBytes(file))));
        }
      }
    }
    return sums;
  }

  /** The configuration names the run, and the manifest has its checksum. */
  private static boolean isOfTheRun(String name) {
    return name.equals("training/config.yaml") || name.equals("manifest.json");
  }
}
