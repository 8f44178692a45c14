package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.ModelException;

class AdapterTest {
  private static final String PEFT = "base_model.model.";
  private static final String QUERY = "model.layers.0.self_attn.q_proj";
  private static final Configuration HADOOP = new Configuration();

  private record Values(int[] shape, float... values) {}

  @TempDir Path folder;
  private final Map<String, Values> model = new LinkedHashMap<>();
  private final Map<String, Values> adapter = new LinkedHashMap<>();

  @BeforeEach
  void start() {
    model.put("model.embed_tokens.weight", new Values(new int[] {3, 2}, 1, 2, 3, 4, 5, 6));
    model.put("lm_head.weight", new Values(new int[] {3, 2}, 0, 0, 0, 0, 0, 0));
    model.put(QUERY + ".weight", new Values(new int[] {2, 3}, 1, 1, 1, 2, 2, 2));
    model.put(QUERY + ".bias", new Values(new int[] {2}, 0, 0));
    // B A = [[1, 2, 3], [10, 20, 30]]
    adapter.put(PEFT + QUERY + ".lora_A.weight", new Values(new int[] {1, 3}, 1, 2, 3));
    adapter.put(PEFT + QUERY + ".lora_B.weight", new Values(new int[] {2, 1}, 1, 10));
  }

  @Test
  void addsTheProductOfBothFactorsTimesAlphaByRank() throws IOException {
    assertThat(merged("\"r\": 1, \"lora_alpha\": 2", QUERY + ".weight"))
        .containsExactly(3, 5, 7, 22, 42, 62);
    assertThat(merged("\"r\": 1, \"lora_alpha\": 2", "lm_head.weight")).containsOnly(0);
  }

  @Test
  void takesRankAndAlphaOfALayerFromTheFirstPatternThatFits() throws IOException {
    String patterns =
        "\"r\": 8, \"lora_alpha\": 16, \"rank_pattern\": {\"k_proj\": 4, \"^model.layers.\\\\d.*q_proj\": 1},"
            + " \"alpha_pattern\": {\"self_attn.q_proj\": 3}";
    assertThat(merged(patterns, QUERY + ".weight")).containsExactly(4, 7, 10, 32, 62, 92);
  }

  @Test
  void dividesByTheRootOfTheRankIfTheAdapterSaysSo() throws IOException {
    adapter.put(PEFT + QUERY + ".lora_A.weight", new Values(new int[] {4, 3}, new float[12]));
    adapter.get(PEFT + QUERY + ".lora_A.weight").values[0] = 1;
    adapter.put(
        PEFT + QUERY + ".lora_B.weight", new Values(new int[] {2, 4}, 1, 9, 9, 9, 2, 9, 9, 9));
    assertThat(merged("\"r\": 4, \"lora_alpha\": 6, \"use_rslora\": true", QUERY + ".weight"))
        .containsExactly(4, 1, 1, 8, 2, 2);
  }

  @Test
  void changesAnEmbeddingByTheTransposedProduct() throws IOException {
    adapter.put(
        PEFT + "model.embed_tokens.lora_embedding_A", new Values(new int[] {1, 3}, 1, 0, 2));
    adapter.put(PEFT + "model.embed_tokens.lora_embedding_B", new Values(new int[] {2, 1}, 10, 20));
    assertThat(merged("\"r\": 1, \"lora_alpha\": 1", "model.embed_tokens.weight"))
        .containsExactly(11, 22, 3, 4, 25, 46);
  }

  @Test
  void replacesWhatWasTrainedWholeAlsoBesideAChange() throws IOException {
    adapter.put(PEFT + "lm_head.weight", new Values(new int[] {3, 2}, 1, 1, 1, 1, 1, 1));
    adapter.put(PEFT + QUERY + ".base_layer.weight", new Values(new int[] {2, 3}, new float[6]));
    TorchWriter.writeZip(
        folder("adapter").resolve("non_lora_trainables.bin"),
        List.of(TorchWriter.Item.floats(PEFT + QUERY + ".bias", new int[] {2}, 7, 8)));
    String config = "\"r\": 1, \"lora_alpha\": 1";
    assertThat(merged(config, "lm_head.weight")).containsOnly(1);
    assertThat(merged(config, QUERY + ".weight")).containsExactly(1, 2, 3, 10, 20, 30);
    assertThat(merged(config, QUERY + ".bias")).containsExactly(7, 8);
  }

  @Test
  void readsTheFilesOfOlderVersions() throws IOException {
    TorchWriter.writeZip(
        folder("adapter").resolve("adapter_model.bin"),
        List.of(
            TorchWriter.Item.floats(
                PEFT + QUERY + ".lora_A.default.weight", new int[] {1, 3}, 1, 0, 0),
            TorchWriter.Item.floats(
                PEFT + QUERY + ".lora_B.default.weight", new int[] {2, 1}, 1, 1)));
    adapter.clear();
    assertThat(merged("\"r\": 1, \"lora_alpha\": 1", QUERY + ".weight"))
        .containsExactly(2, 1, 1, 3, 2, 2);
  }

  @Test
  void refusesAnAdapterOfAnotherModel() {
    adapter.put(PEFT + "model.layers.9.mlp.up_proj.lora_A.weight", new Values(new int[] {1, 1}, 1));
    adapter.put(PEFT + "model.layers.9.mlp.up_proj.lora_B.weight", new Values(new int[] {1, 1}, 1));
    adapter.put(PEFT + "lm_head.weight", new Values(new int[] {1, 2}, 1, 1));
    assertRefused(
        "\"r\": 2, \"lora_alpha\": 1",
        "it contradicts the model: base_model.model."
            + QUERY
            + ".lora_A.weight of adapter_model.safetensors (got [1, 3], expected [2, 3]),"
            + " model.layers.9.mlp.up_proj.weight (not in the model),"
            + " base_model.model.lm_head.weight of adapter_model.safetensors (got [1, 2],"
            + " expected [3, 2])");
  }

  @Test
  void refusesToChangeAnEmbeddingThatIsAlsoTheHead() {
    model.remove("lm_head.weight");
    adapter.put(PEFT + "lm_head.lora_A.weight", new Values(new int[] {1, 2}, 1, 1));
    adapter.put(PEFT + "lm_head.lora_B.weight", new Values(new int[] {3, 1}, 1, 1, 1));
    assertRefused(
        "\"r\": 1, \"lora_alpha\": 1", "lm_head.weight (the model's embedding is also its head)");
  }

  @Test
  void replacesATiedEmbeddingIfTheHeadIsItsEqual() throws IOException {
    Values trained = new Values(new int[] {3, 2}, 9, 9, 9, 9, 9, 9);
    model.remove("lm_head.weight");
    adapter.put(PEFT + "model.embed_tokens.weight", trained);
    String config = "\"r\": 1, \"lora_alpha\": 1";
    assertRefused(config, "but the adapter has another head");
    adapter.put(PEFT + "lm_head.weight", trained);
    assertThat(merged(config, "model.embed_tokens.weight")).containsOnly(9);
  }

  @Test
  void refusesFactorsThatAreNotFiniteOrHaveNoPartner() {
    String config = "\"r\": 1, \"lora_alpha\": 1";
    adapter.put(PEFT + QUERY + ".lora_B.weight", new Values(new int[] {2, 1}, 1, Float.NaN));
    assertRefused(config, "value 1 of base_model.model." + QUERY + ".lora_B.weight is NaN");
    adapter.remove(PEFT + QUERY + ".lora_B.weight");
    assertRefused(config, "lora_A or lora_B is missing for " + QUERY + ".weight");
    adapter.clear();
    adapter.put(PEFT + QUERY + ".bias", new Values(new int[] {2}, 1, 1));
    assertRefused(config, "it holds no lora_A and lora_B");
  }

  @Test
  void refusesAnAdapterThatWasNeverTrained() throws IOException {
    String config = "\"r\": 1, \"lora_alpha\": 1";
    adapter.put(PEFT + QUERY + ".lora_B.weight", new Values(new int[] {2, 1}, 0, 0));
    assertRefused(config, "it changes nothing, because every lora_B is 0");
    adapter.put(PEFT + QUERY + ".bias", new Values(new int[] {2}, 3, 4));
    assertThat(merged(config, QUERY + ".bias")).containsExactly(3, 4);
  }

  @Test
  void tellsWhereEmptyTensorsComeFrom() {
    adapter.put(PEFT + QUERY + ".lora_A.weight", new Values(new int[] {0}));
    assertRefused(
        "\"r\": 1, \"lora_alpha\": 1", "(got [0], expected [1, 3]); tensors of size 0 are what");
  }

  @Test
  void refusesTensorsOfOtherAdapters() {
    adapter.put(PEFT + QUERY + ".lora_magnitude_vector", new Values(new int[] {2}, 1, 1));
    assertRefused(
        "\"r\": 1, \"lora_alpha\": 1",
        QUERY
            + ".lora_magnitude_vector of adapter_model.safetensors is not a tensor of LoRA as it is"
            + " computed here");
  }

  @Test
  void refusesAFolderWithoutTheAdaptersFiles() throws IOException {
    org.apache.hadoop.fs.Path empty = hadoop(folder("empty"));
    assertThatThrownBy(() -> Adapter.open(empty, HADOOP))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Cannot open the adapter: there is no ")
        .hasMessageContaining("adapter_config.json");
    adapter.clear();
    assertRefused("\"r\": 1, \"lora_alpha\": 1", "it holds neither adapter_model.safetensors nor");
  }

  private void assertRefused(String config, String message) {
    assertThatThrownBy(() -> merged(config, QUERY + ".weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  private float[] merged(String config, String tensor) throws IOException {
    Path from = folder("adapter");
    Files.writeString(
        from.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", " + config + "}");
    write(model, folder("model").resolve("model.safetensors"));
    if (!adapter.isEmpty()) {
      write(adapter, from.resolve("adapter_model.safetensors"));
    }
    try (WeightFiles base = WeightFiles.open(hadoop(folder("model")), HADOOP);
        Adapter lora = Adapter.open(hadoop(from), HADOOP)) {
      return new AdaptedWeights(base, lora).read(tensor);
    }
  }

  private static void write(Map<String, Values> tensors, Path file) throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    tensors.forEach((name, values) -> specs.add(new TensorSpec(name, values.shape(), true)));
    try (OutputStream stream = Files.newOutputStream(file)) {
      new SafetensorsWriter(DataType.F32)
          .write(
              stream,
              specs,
              (spec, sink) -> {
                float[] values = tensors.get(spec.name()).values();
                sink.accept(0, values, values.length);
              });
    }
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
