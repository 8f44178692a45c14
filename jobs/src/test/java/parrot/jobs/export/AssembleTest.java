package parrot.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.jobs.CommandLines;
import parrot.jobs.evaluate.TinyModel;
import parrot.model.weights.DataType;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Safetensors;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/** A whole model is taken apart, as the parts are published, and put together again. */
class AssembleTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Configuration HADOOP = new Configuration();
  private static final String LANGUAGE = "model\\.(embed|layers|norm).*";
  private static final String TOWER = "vision_model.*";
  private static final String PROJECTOR = "model\\.mm_projector.*";
  private static final String EXPERTS = "model\\.moe_model.*";

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  @BeforeEach
  void writeParts() throws IOException {
    Path whole = TinyModel.write(folder.resolve("whole"), 1);
    ObjectNode qwen = json(whole.resolve("config.json"));
    List<String> foreign = new ArrayList<>();
    qwen.fieldNames()
        .forEachRemaining(
            key -> {
              if (key.matches("(mm|moe|use_moe|num_experts|tokenizer_model).*")) {
                foreign.add(key);
              }
            });
    qwen.remove(foreign);
    qwen.put("model_type", "qwen2").put("torch_dtype", "bfloat16").put("eos_token_id", 2);
    qwen.put("initializer_range", 0.5);
    part("qwen", qwen, LANGUAGE, DataType.BF16);
    Files.copy(whole.resolve("tokenizer.json"), folder.resolve("qwen/tokenizer.json"));
    Files.writeString(folder.resolve("qwen/generation_config.json"), "{\"eos_token_id\": [2, 3]}");
    part("clip", json(whole.resolve("vision/config.json")), TOWER, DataType.F16);
    part("llava", JSON.createObjectNode(), PROJECTOR, DataType.F32);
    Files.delete(folder.resolve("llava/config.json"));
  }

  private void part(String name, ObjectNode config, String tensors, DataType type)
      throws IOException {
    part("whole", name, config, tensors, type);
  }

  private void part(String from, String name, ObjectNode config, String tensors, DataType type)
      throws IOException {
    Path part = Files.createDirectories(folder.resolve(name));
    JSON.writeValue(part.resolve("config.json").toFile(), config);
    try (ModelFolder whole = open(from);
        OutputStream out = Files.newOutputStream(part.resolve("model.safetensors"))) {
      Weights weights = whole.weights();
      List<TensorSpec> specs =
          weights.names().stream()
              .filter(tensor -> tensor.matches(tensors))
              .map(tensor -> new TensorSpec(tensor, weights.shape(tensor), true))
              .toList();
      new SafetensorsWriter(type)
          .write(out, specs, (tensor, sink) -> weights.read(tensor.name(), sink));
    }
  }

  @Test
  void everyWeightIsThatOfItsPartInItsType() throws IOException {
    assertThat(assemble("--projector", at("llava"))).as(printed.toString()).isZero();
    assertThat(printed.toString()).contains("The experts are fresh.").doesNotContain("Not taken");
    org.apache.hadoop.fs.Path file = path("out/model.safetensors");
    try (Safetensors stored = Safetensors.open(file, HADOOP);
        ModelFolder model = open("out");
        ModelFolder whole = open("whole")) {
      for (String name : whole.weights().names()) {
        boolean vision = name.matches(TOWER);
        DataType type =
            name.matches(LANGUAGE) ? DataType.BF16 : vision ? DataType.F16 : DataType.F32;
        String published = vision ? TensorNames.VISION_IN_MODEL + name : name;
        if (!name.matches(EXPERTS)) {
          assertThat(stored.type(published)).as(name).isEqualTo(type);
          assertThat(model.weights().read(name))
              .as(name)
              .isEqualTo(rounded(whole.weights().read(name), type));
        }
      }
      assertThat(model.endTokens()).containsExactly(2, 3);
      assertThat(model.tokenizer()).isPresent();
      assertThat(model.config().torchDtype()).isEqualTo("bfloat16");
      assertThat(model.config().decoder()).isEqualTo(whole.config().decoder());
      assertThat(model.config().vision()).isEqualTo(whole.config().vision());
    }
  }

  private static float[] rounded(float[] values, DataType type) {
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case BF16 -> DataType.fromBfloat16(DataType.toBfloat16(values[i]));
            case F16 -> DataType.fromFloat16(DataType.toFloat16(values[i]));
            default -> values[i];
          };
    }
    return values;
  }

  @Test
  void freshPartsAreThoseThatTrainingStartsFrom() {
    assertThat(assemble("--seed", "7")).as(printed.toString()).isZero();
    Initializer initializer = new Initializer(7, Initializer.Experts.SMALL);
    try (ModelFolder model = open("out")) {
      assertThat(model.config().experts().count()).isEqualTo(6);
      assertThat(model.config().experts().intermediateSize()).isEqualTo(32);
      assertThat(model.config().projector().depth()).isEqualTo(2);
      for (TensorSpec tensor : TensorNames.of(model.config())) {
        if (tensor.name().matches(PROJECTOR + "|" + EXPERTS)) {
          assertThat(model.weights().read(tensor.name()))
              .isEqualTo(initializer.values(tensor, model.config()));
        }
      }
    }
    assertThat(run("export", "--model", at("out"), "--out", at("exported"))).isZero();
  }

  @Test
  void aSiglipGivesPatchesAloneAndItsOwnPreprocessor() throws IOException {
    Path whole = TinyModel.writeSiglip(folder.resolve("parrot-siglip"), 1);
    part("parrot-siglip", "siglip", json(whole.resolve("vision/config.json")), TOWER, DataType.F32);
    String[] command = {
      "assemble", "--decoder", at("qwen"), "--vision", at("siglip"), "--out", at("out")
    };
    assertThat(run(command)).as(printed.toString()).isZero();
    assertThat(printed.toString())
        .contains("SigLIP has no class token: the router asks with the first patch");
    try (ModelFolder model = open("out");
        ModelFolder source = open("parrot-siglip")) {
      assertThat(model.config().vision()).isEqualTo(source.config().vision());
      assertThat(model.config().visualTokens()).isEqualTo(4);
      for (String name : source.weights().names()) {
        if (name.matches(TOWER)) {
          assertThat(model.weights().read(name)).as(name).isEqualTo(source.weights().read(name));
        }
      }
    }
    JsonNode preprocessor = json(folder.resolve("out/preprocessor_config.json"));
    assertThat(preprocessor.path("image_processor_type").asText())
        .isEqualTo("SiglipImageProcessor");
    assertThat(preprocessor.path("image_mean").toString()).isEqualTo("[0.5,0.5,0.5]");
    assertThat(preprocessor.path("size").toString()).isEqualTo("{\"height\":28,\"width\":28}");
    assertThat(run("export", "--model", at("out"), "--out", at("exported"))).isNotZero();
    assertThat(printed.toString())
        .contains("its vision encoder is a SigLIP, and the published code opens Parrots with CLIP");
  }

  @Test
  void withoutExpertsItIsALlava() throws IOException {
    assertThat(assemble("--experts", "0")).as(printed.toString()).isZero();
    assertThat(printed.toString()).doesNotContain("experts are fresh");
    try (ModelFolder model = open("out")) {
      assertThat(model.config().experts().used()).isFalse();
      assertThat(model.config().projector().classToken()).isFalse();
      assertThat(model.config().visualTokens()).isEqualTo(4);
      assertThat(model.weights().names()).noneMatch(name -> name.matches(EXPERTS));
    }
  }

  @Test
  void takesProjectorAndExpertsOfAParrotWithTheirKeys() throws IOException {
    ObjectNode config = json(folder.resolve("whole/config.json"));
    JSON.writeValue(
        folder.resolve("whole/config.json").toFile(),
        config.put("moe_weight", 0.3).put("moe_top_k", 2).put("mm_vision_select_layer", -3));
    assertThat(assemble("--projector", at("whole"))).as(printed.toString()).isZero();
    assertThat(printed.toString())
        .contains("/whole: its language model, its vision encoder.")
        .doesNotContain("are fresh", "is fresh");
    try (ModelFolder model = open("out");
        ModelFolder whole = open("whole")) {
      assertThat(model.config().experts()).isEqualTo(whole.config().experts());
      assertThat(model.config().projector().selectLayer()).isEqualTo(-3);
      whole.weights().names().stream()
          .filter(name -> name.matches(EXPERTS))
          .forEach(
              name -> assertThat(model.weights().read(name)).isEqualTo(whole.weights().read(name)));
    }
    assertThat(assemble("--overwrite", "--projector", at("whole"), "--experts", "4")).isEqualTo(3);
    assertThat(printed.toString()).contains("Cannot take 4 experts from").contains("it holds 6");
  }

  @Test
  void aProjectorThatNeverSawTheClassTokenIsTakenAndSaidSo() throws IOException {
    Files.writeString(
        folder.resolve("llava/config.json"), "{\"mm_vision_select_feature\": \"patch\"}");
    assertThat(assemble("--projector", at("llava"))).isZero();
    assertThat(printed.toString()).contains("learned without the class token");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llava | hidden_size            | 64     | Invalid hidden_size: 64 (must be the decoder's, 32)",
        "llava | mm_hidden_size         | 24     | Invalid mm_hidden_size: 24 (must be the vision encoder's hidden_size, 16)",
        "llava | mm_projector_type      | linear | Invalid mm_projector_type: linear (must be mlp2x_gelu, as its tensors are)",
        "llava | mm_vision_select_layer | -9     | Invalid mm_vision_select_layer: -9 (must be between -3 and 2",
        "llava | mm_use_im_start_end    | true   | Invalid mm_use_im_start_end: true (must be false)",
        "qwen  | model_type             | llama  | Invalid model_type: llama",
        "qwen  | hidden_size            | 64     | (got [1536, 32], expected [1536, 64])",
        "qwen  | vocab_size             | 100    | (got [1536, 32], expected [100, 32])",
        "clip  | hidden_size            | 32     | (got [16], expected [32])"
      })
  void refusesPartsThatContradict(String part, String key, String value, String message)
      throws IOException {
    Path file = folder.resolve(part).resolve("config.json");
    ObjectNode config = Files.exists(file) ? json(file) : JSON.createObjectNode();
    JSON.writeValue(file.toFile(), (ObjectNode) config.set(key, node(value)));
    assertThat(assemble("--projector", at("llava"))).isEqualTo(3);
    assertThat(printed.toString()).contains(message);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private static JsonNode node(String value) throws IOException {
    return value.matches("-?\\d+|true")
        ? JSON.readTree(value)
        : JSON.getNodeFactory().textNode(value);
  }

  @Test
  void refusesAVisionEncoderThatWantsOtherImages() throws IOException {
    Path file = folder.resolve("clip/preprocessor_config.json");
    Files.writeString(file, "{\"size\": {\"shortest_edge\": 28}, \"image_mean\": [0.5, 0.5, 0.5]}");
    assertThat(assemble()).isEqualTo(3);
    assertThat(printed.toString())
        .contains("image_mean (got [0.5,0.5,0.5], expected [0.48145466,")
        .doesNotContain("size (got");
  }

  @Test
  void neverOverwritesWhatItReads() {
    String qwen = at("qwen");
    assertThat(
            run(
                "assemble",
                "--decoder",
                qwen,
                "--vision",
                at("clip"),
                "--out",
                qwen,
                "--overwrite"))
        .isEqualTo(2);
    assertThat(printed.toString()).contains("choose another folder to write to");
    assertThat(assemble("--experts", "-1")).isEqualTo(2);
  }

  private int assemble(String... options) {
    List<String> command = new ArrayList<>(List.of("assemble", "--decoder", at("qwen")));
    command.addAll(List.of("--vision", at("clip"), "--out", at("out")));
    command.addAll(List.of(options));
    return run(command.toArray(String[]::new));
  }

  private int run(String... command) {
    PrintWriter writer = new PrintWriter(printed, true);
    return CommandLines.run(writer, writer, command);
  }

  private static ObjectNode json(Path file) throws IOException {
    return (ObjectNode) JSON.readTree(file.toFile());
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private ModelFolder open(String name) {
    return ModelFolder.open(path(name), HADOOP);
  }

  private org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
  }
}
