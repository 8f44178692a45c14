package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.evaluate.TinyModel;
import parrot.model.ModelException;
import parrot.model.weights.DataType;
import parrot.model.weights.FloatSink;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/** A model put together from a hand-written start, a CLIP, a Qwen2, and parts of other Parrots. */
class PublishedPartsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Configuration HADOOP = new Configuration();
  private static final String NORM = "vision_model.pre_layrnorm.weight";

  @TempDir Path folder;
  private ObjectNode config;
  private ObjectNode vision;

  @BeforeEach
  void writeParts() throws IOException {
    Path whole = TinyModel.write(folder.resolve("whole"), 1);
    config = (ObjectNode) JSON.readTree(whole.resolve("config.json").toFile());
    vision = (ObjectNode) JSON.readTree(whole.resolve("vision/config.json").toFile());
    ObjectNode qwen = config.deepCopy();
    qwen.put("model_type", "qwen2").put("max_position_embeddings", 32768);
    List<String> foreign = new ArrayList<>();
    qwen.fieldNames()
        .forEachRemaining(
            key -> {
              if (key.matches("(mm|moe|image|use_moe|num_experts|tokenizer_model).*")) {
                foreign.add(key);
              }
            });
    qwen.remove(foreign);
    write("qwen", qwen, tensors("model\\.(embed|layers|norm).*|lm_head.*", "", 1));
    write("clip", vision, tensors("vision_model.*", "", 1));
    write("start", config.deepCopy().put("mm_vision_tower", "openai/clip"), Map.of());
  }

  /** Tensors of the whole model by name, under a prefix, their values times a factor. */
  private Map<String, float[]> tensors(String pattern, String prefix, float factor) {
    Map<String, float[]> tensors = new TreeMap<>();
    try (ModelFolder whole = ModelFolder.open(hadoop("whole"), HADOOP)) {
      Weights weights = whole.weights();
      for (String name : weights.names()) {
        if (name.matches(pattern)) {
          float[] values = weights.read(name);
          for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
          }
          tensors.put(prefix + name, values);
        }
      }
    }
    return tensors;
  }

  private int[] shape(String name, int length) {
    try (ModelFolder whole = ModelFolder.open(hadoop("whole"), HADOOP)) {
      String known = name.replaceFirst("^model\\.vision_tower\\.vision_tower\\.", "");
      return whole.weights().names().contains(known)
          ? whole.weights().shape(known)
          : new int[] {length};
    }
  }

  private void write(String name, ObjectNode json, Map<String, float[]> tensors)
      throws IOException {
    Path part = folder.resolve(name);
    Files.createDirectories(part);
    JSON.writeValue(part.resolve("config.json").toFile(), json);
    if (tensors.isEmpty()) {
      return;
    }
    List<TensorSpec> specs = new ArrayList<>();
    tensors.forEach(
        (key, values) -> specs.add(new TensorSpec(key, shape(key, values.length), true)));
    try (OutputStream stream = Files.newOutputStream(part.resolve("model.safetensors"))) {
      new SafetensorsWriter(DataType.F32)
          .write(
              stream,
              specs,
              (spec, sink) -> {
                float[] values = tensors.get(spec.name());
                sink.accept(0, values, values.length);
              });
    }
  }

  private org.apache.hadoop.fs.Path hadoop(String name) {
    return new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
  }

  private StartingModel open(String... settings) {
    String yaml =
        """
        stage: align
        out: %1$s/out
        model: {folder: %1$s/start, vision: %1$s/clip, decoder: %1$s/qwen, initialize: [projector, experts]}
        data: [%1$s/shards]
        """
            .formatted(folder);
    return StartingModel.open(TrainConfigReader.read(yaml, List.of(settings)), HADOOP);
  }

  private static float[] read(StartingModel model, String name) {
    TensorSpec spec =
        model.tensors().stream().filter(tensor -> tensor.name().equals(name)).findFirst().get();
    float[] values = new float[spec.length()];
    FloatSink sink =
        (offset, read, count) -> System.arraycopy(read, 0, values, (int) offset, count);
    model.read(spec, sink);
    return values;
  }

  @Test
  void startsFromAClipAndAQwenThoughTheModelNamesAPublishedEncoder() {
    try (StartingModel model = open()) {
      assertThat(read(model, NORM)).isEqualTo(tensors(NORM, "", 1).get(NORM));
      assertThat(model.config().decoder().maxPositionEmbeddings())
          .isEqualTo(config.get("max_position_embeddings").asInt());
    }
  }

  @Test
  void theTrainedEncoderInsideAParrotWinsOverTheClipThatItStartedFrom() throws IOException {
    write("parrot", config, tensors("vision_model.*", "model.vision_tower.vision_tower.", 1.5f));
    write("parrot/vision", vision, tensors("vision_model.*", "", 1));
    try (StartingModel model = open("model.vision=" + folder + "/parrot")) {
      assertThat(read(model, NORM)).isEqualTo(tensors(NORM, "", 1.5f).get(NORM));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rope_theta, 10000.5, 'rope_theta (got 10000.5, expected '",
    "rms_norm_eps, 0.001, 'rms_norm_eps (got 0.001, expected 1.0E-6)'",
    "num_attention_heads, 1, 'num_attention_heads (got 1, expected '",
    "num_hidden_layers, 7, 'num_hidden_layers (got 7, expected '",
    "tie_word_embeddings, false, 'tie_word_embeddings (got false, expected true)'",
  })
  void refusesADecoderOfAnotherConfigurationWithBothValues(String key, String value, String words)
      throws IOException {
    ObjectNode qwen = (ObjectNode) JSON.readTree(folder.resolve("qwen/config.json").toFile());
    config.put("tie_word_embeddings", true);
    write("start", config, Map.of());
    qwen.put("tie_word_embeddings", true);
    qwen.set(key, JSON.readTree(value));
    qwen.remove("num_key_value_heads");
    write("qwen", qwen, Map.of());
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("Cannot start from file:" + folder + "/qwen: its config.json")
        .hasMessageContaining("contradicts that of model.folder, " + folder + "/start: ")
        .hasMessageContaining(words);
  }

  @Test
  void refusesADecoderOfAnotherKind() throws IOException {
    ObjectNode qwen = (ObjectNode) JSON.readTree(folder.resolve("qwen/config.json").toFile());
    write("qwen", qwen.put("model_type", "qwen3"), Map.of());
    assertThatThrownBy(this::open).hasMessageContaining("model_type (got qwen3, expected qwen2)");
    write("qwen", qwen.put("model_type", "llama"), Map.of());
    assertThatThrownBy(this::open)
        .hasMessageContaining("Invalid model_type: llama (must be one of");
  }

  @Test
  void refusesTensorsThatHaveNoPlace() throws IOException {
    Map<String, float[]> tensors = tensors("model\\.(embed|layers|norm).*|lm_head.*", "", 1);
    tensors.put("model.layers.9.self_attn.q_norm.weight", new float[4]);
    ObjectNode qwen = (ObjectNode) JSON.readTree(folder.resolve("qwen/config.json").toFile());
    write("qwen", qwen, tensors);
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("/qwen: 1 tensors have no place in the model that is configured: ")
        .hasMessageEndingWith("model.layers.9.self_attn.q_norm.weight");
  }

  @Test
  void refusesAProjectorOfAnotherLayerOfTheEncoder() throws IOException {
    write(
        "projector",
        JSON.createObjectNode().put("mm_vision_select_layer", -1),
        tensors("model.mm_projector.*", "", 1));
    assertThatThrownBy(
            () -> open("model.projector=" + folder + "/projector", "model.initialize=[experts]"))
        .hasMessageContaining("mm_vision_select_layer (got -1, expected -2)");
  }
}
