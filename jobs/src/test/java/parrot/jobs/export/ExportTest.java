package parrot.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.CommandLines;
import parrot.jobs.evaluate.TinyModel;
import parrot.model.weights.DataType;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Safetensors;

class ExportTest {
  private static final Path MODEL =
      Path.of("../model/src/test/resources/reference/network/align-and-instruct");
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  /** The published modules nest so: model.vision_tower is a tower that holds a CLIPVisionModel. */
  @Test
  void writesAllWeightsUnderTheirPublishedNames() throws IOException {
    assertThat(export(MODEL, "out", "--dtype", "f32")).isZero();
    org.apache.hadoop.fs.Path file = path(folder.resolve("out/model.safetensors"));
    try (Safetensors weights = Safetensors.open(file, HADOOP)) {
      assertThat(weights.names())
          .contains(
              "model.vision_tower.vision_tower.vision_model.embeddings.class_embedding",
              "model.vision_tower.vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.bias",
              "model.mm_projector.0.weight",
              "model.moe_model.gate.weight",
              "model.moe_model.experts.5.down_proj.weight",
              "model.embed_tokens.weight",
              "model.layers.1.mlp.up_proj.weight",
              "model.norm.weight",
              "lm_head.weight")
          .noneMatch(name -> name.startsWith("vision_model."));
    }
    JsonNode config = json("out/config.json");
    assertThat(config.path("model_type").asText()).isEqualTo("parrot_qwen2");
    assertThat(config.path("architectures").path(0).asText()).isEqualTo("ParrotQwen2ForCausalLM");
    assertThat(config.path("torch_dtype").asText()).isEqualTo("float32");
    JsonNode images = json("out/vision/preprocessor_config.json");
    assertThat(images.path("size").asInt()).isEqualTo(28);
    assertThat(images.path("image_mean").path(0).asDouble()).isEqualTo(0.48145466);
  }

  @Test
  void aFloat32ExportHasEveryBitOfTheModel() throws IOException {
    assertThat(export(MODEL, "out", "--dtype", "f32")).isZero();
    try (ModelFolder model = open(MODEL);
        ModelFolder exported = open(folder.resolve("out"))) {
      assertThat(exported.weights().names()).isEqualTo(model.weights().names());
      for (String name : model.weights().names()) {
        assertThat(exported.weights().read(name)).isEqualTo(model.weights().read(name));
      }
    }
  }

  @Test
  void aBf16ExportIsRoundedAndExportedAgainGivesTheSameFiles() throws IOException {
    String[] options = {"--shard-size", "90KB", "--vision-tower", "openai/clip-vit-tiny"};
    assertThat(export(MODEL, "out", options)).isZero();
    assertThat(export(folder.resolve("out"), "again", options)).isZero();
    assertThat(files("out"))
        .contains("model.safetensors.index.json", "clip-vit-tiny/config.json")
        .isEqualTo(files("again"));
    for (String file : files("out")) {
      assertThat(folder.resolve("again").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("out").resolve(file));
    }
    try (ModelFolder model = open(MODEL);
        ModelFolder exported = open(folder.resolve("out"))) {
      float[] values = model.weights().read("model.norm.weight");
      for (int i = 0; i < values.length; i++) {
        values[i] = DataType.fromBfloat16(DataType.toBfloat16(values[i]));
      }
      assertThat(exported.weights().read("model.norm.weight")).isEqualTo(values);
      assertThat(exported.config().mmVisionTower()).isEqualTo("openai/clip-vit-tiny");
    }
  }

  @Test
  void carriesTokenizerAndGenerationFilesAlong() throws IOException {
    Path model = copy();
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": 3}");
    assertThat(export(model, "out")).isZero();
    assertThat(files("out")).contains("tokenizer.json", "generation_config.json");
    assertThat(printed.toString())
        .contains("1 file of weights, [tokenizer.json, generation_config.json]")
        .contains("tokenizer_config.json, which is not beside the model")
        .contains("no vision encoder whose name is without /clip-vit, as vision is");
  }

  @Test
  void refusesWhatThePublishedCodeWouldComputeOtherwise() throws IOException {
    Path model = copy();
    ObjectNode config =
        (ObjectNode) new ObjectMapper().readTree(model.resolve("config.json").toFile());
    config.put("moe_top_k", 2);
    Files.writeString(model.resolve("config.json"), config.toString());
    assertThat(export(model, "out")).isEqualTo(2);
    assertThat(printed.toString()).contains("moe_top_k is 2 of 6");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void refusesADecoderThatThePublishedCodeDoesNotHave() throws IOException {
    Path model = TinyModel.writeQwen3(folder.resolve("qwen3"), 1);
    assertThat(export(model, "out")).isEqualTo(2);
    assertThat(printed.toString()).contains("its decoder is a Qwen3");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void neverOverwritesTheModelThatItReads() throws IOException {
    assertThat(export(MODEL, "out")).isZero();
    assertThat(export(folder.resolve("out"), "out", "--overwrite")).isEqualTo(2);
    assertThat(printed.toString()).contains("choose another folder to write to");
    assertThat(export(MODEL, "out", "--overwrite")).isZero();
  }

  @Test
  void refusesOptionsThatMeanNothing() {
    assertThat(export(MODEL, "out", "--dtype", "int8")).isEqualTo(2);
    assertThat(export(MODEL, "out", "--shard-size", "five")).isEqualTo(2);
    assertThat(printed.toString())
        .contains("Invalid --dtype: int8 (must be bf16 or f32)")
        .contains("Invalid --shard-size: five (must be a number of KB, MB or GB, such as 5GB)");
  }

  private int export(Path model, String out, String... options) {
    List<String> command = new ArrayList<>(List.of("export", "--model", model.toString()));
    command.addAll(List.of("--out", folder.resolve(out).toString()));
    command.addAll(List.of(options));
    PrintWriter writer = new PrintWriter(printed, true);
    return CommandLines.run(writer, writer, command.toArray(String[]::new));
  }

  private Path copy() throws IOException {
    Path model = folder.resolve("model");
    try (Stream<Path> files = Files.walk(MODEL)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = model.resolve(MODEL.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    return model;
  }

  private List<String> files(String name) throws IOException {
    Path root = folder.resolve(name);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(file -> !file.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  private static ModelFolder open(Path model) {
    return ModelFolder.open(path(model.toAbsolutePath()), HADOOP);
  }

  private static org.apache.hadoop.fs.Path path(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
