package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.ModelException;
import parrot.model.config.AdapterConfig;
import parrot.model.config.Adapters;
import parrot.model.config.ParrotConfig;

/** A folder as a run with adapters leaves it: PEFT's files, and the model's config.json. */
class AdapterBesideModelTest {
  private static final Path MODEL =
      Path.of("src/test/resources/reference/network/align-and-instruct").toAbsolutePath();
  private static final Configuration HADOOP = new Configuration();
  private static final Adapters ADAPTERS = new Adapters(2, 6, List.of("v_proj", "q_proj"), 0.2);
  private static final String QUERY = "model.layers.0.self_attn.q_proj";
  private static final String PROJECTOR = "model.mm_projector.0.bias";

  @TempDir Path folder;
  private ParrotConfig config;
  private ObjectNode adapter;

  @BeforeEach
  void write() throws IOException {
    try (ModelFolder model = open(MODEL)) {
      config = model.config().withAdapters(Optional.of(ADAPTERS));
      ObjectMapper json = new ObjectMapper();
      ObjectNode changed = config.withVisionTower(MODEL + "/vision").toJson();
      json.writeValue(folder.resolve("config.json").toFile(), changed);
      adapter = AdapterConfig.json(ADAPTERS, List.of("mm_projector"), MODEL.toString());
      writeAdapterConfig();
      writeAdapter(model, spec -> true);
    }
  }

  private void writeAdapter(ModelFolder model, Predicate<TensorSpec> kept) throws IOException {
    TensorSpec bias = new TensorSpec(PROJECTOR, model.weights().shape(PROJECTOR), true);
    List<TensorSpec> tensors =
        Stream.concat(Stream.of(bias), TensorNames.adapters(config).stream())
            .filter(kept)
            .map(spec -> new TensorSpec("base_model.model." + spec.name(), spec.shape(), true))
            .toList();
    try (OutputStream out = Files.newOutputStream(folder.resolve("adapter_model.safetensors"))) {
      new SafetensorsWriter(DataType.F32)
          .write(
              out,
              tensors,
              (tensor, sink) -> {
                float[] values = new float[tensor.length()];
                Arrays.fill(values, tensor.name().hashCode() % 100);
                sink.accept(0, values, values.length);
              });
    }
  }

  private void writeAdapterConfig() throws IOException {
    new ObjectMapper().writeValue(folder.resolve("adapter_config.json").toFile(), adapter);
  }

  @Test
  void opensAsTheModelWithItsAdapters() throws IOException {
    try (ModelFolder opened = open(folder);
        ModelFolder model = open(MODEL)) {
      assertThat(opened.config().adapters()).contains(ADAPTERS);
      assertThat(opened.weights().names())
          .containsAll(model.weights().names())
          .contains(QUERY + ".lora_A.weight", QUERY + ".lora_B.weight")
          .hasSize(model.weights().names().size() + TensorNames.adapters(config).size());
      assertThat(opened.weights().read(QUERY + ".lora_A.weight"))
          .containsOnly(("base_model.model." + QUERY + ".lora_A.weight").hashCode() % 100);
      assertThat(opened.weights().read(PROJECTOR))
          .containsOnly(("base_model.model." + PROJECTOR).hashCode() % 100);
      for (String name : model.weights().names()) {
        if (!name.equals(PROJECTOR)) {
          assertThat(opened.weights().read(name)).isEqualTo(model.weights().read(name));
        }
      }
    }
  }

  @Test
  void saysInPeftsWordsWhatWasTrained() {
    assertThat(adapter.path("target_modules").asText())
        .isEqualTo("model\\.layers\\.\\d+\\.(self_attn|mlp)\\.(q_proj|v_proj)");
    assertThat(QUERY).matches(adapter.path("target_modules").asText());
    assertThat("model.vision_tower.vision_model.encoder.layers.0.self_attn.q_proj")
        .doesNotMatch(adapter.path("target_modules").asText());
    assertThat(adapter.path("modules_to_save")).hasSize(1);
    assertThat(adapter.path("r").asInt()).isEqualTo(2);
    assertThat(adapter.path("lora_alpha").asDouble()).isEqualTo(6);
  }

  @Test
  void withoutAConfigurationItHasItsModels() throws IOException {
    Files.delete(folder.resolve("config.json"));
    try (ModelFolder opened = open(folder);
        ModelFolder model = open(MODEL)) {
      assertThat(opened.config().adapters()).contains(ADAPTERS);
      assertThat(opened.config().toJson()).isEqualTo(model.config().toJson());
      assertThat(opened.tokenizer()).isEqualTo(model.tokenizer());
    }
  }

  @Test
  void aModelInTheSameFolderLeavesOpenWhichIsMeant() throws IOException {
    Files.copy(MODEL.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    assertRefused("belongs to an adapter that is not merged into the model");
  }

  @Test
  void layersThatDifferMustBeMerged() throws IOException {
    try (ModelFolder model = open(MODEL)) {
      writeAdapter(model, spec -> !spec.name().contains("layers.1.self_attn.v_proj"));
    }
    assertRefused("it can only be merged into its model, with parrot merge-adapter");
  }

  @Test
  void withoutItsModelItMustBeMerged() throws IOException {
    adapter.put("base_model_name_or_path", "Qwen/Qwen1.5-7B-Chat");
    writeAdapterConfig();
    assertRefused("belongs to an adapter that is not merged into the model");
  }

  @Test
  void anotherFormulaMustBeMerged() throws IOException {
    adapter.put("use_rslora", true);
    writeAdapterConfig();
    assertRefused("it can only be merged into its model, with parrot merge-adapter");
  }

  @Test
  void aRankThatContradictsTheTensorsIsRefused() throws IOException {
    adapter.put("r", 3);
    writeAdapterConfig();
    assertRefused("of the wrong shape: " + QUERY + ".lora_A.weight (got [2,");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  private static ModelFolder open(Path path) {
    return ModelFolder.open(new org.apache.hadoop.fs.Path(path.toUri()), HADOOP);
  }
}
