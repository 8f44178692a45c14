package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.ModelException;

class WeightFilesTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "base_model.model.model.norm.weight, model.norm.weight",
    "module.model.norm.weight, model.norm.weight",
    "_orig_mod.model.norm.weight, model.norm.weight",
    "module._orig_mod.model.norm.weight, model.norm.weight",
    "model.layers.0._orig_mod.mlp.up_proj.weight, model.layers.0.mlp.up_proj.weight",
    "_forward_module.model.norm.weight, model.norm.weight",
    "llm.model.norm.weight, model.norm.weight",
    "llm.lm_head.weight, lm_head.weight",
    "model.language_model.norm.weight, model.norm.weight",
    "language_model.model.norm.weight, model.norm.weight",
    "model.model.norm.weight, model.norm.weight",
    "norm.weight, model.norm.weight",
    "_fsdp_wrapped_module.model.layers.0._fsdp_wrapped_module.mlp.up_proj.weight, model.layers.0.mlp.up_proj.weight",
    "model.layers.0._checkpoint_wrapped_module.mlp.up_proj.weight, model.layers.0.mlp.up_proj.weight",
    "language_model.model.vision_tower.vision_tower.vision_model.pre_layrnorm.bias, vision_model.pre_layrnorm.bias",
    "language_model.lm_head.weight, lm_head.weight",
    "model.lm_head.weight, lm_head.weight",
    "mm_projector.0.weight, model.mm_projector.0.weight",
    "base_model.model.model.mm_projector.2.bias, model.mm_projector.2.bias",
    "model.vision_tower.vision_tower.vision_model.pre_layrnorm.bias, vision_model.pre_layrnorm.bias",
    "vision_tower.vision_model.pre_layrnorm.bias, vision_model.pre_layrnorm.bias",
    "encoder.layers.0.mlp.fc1.bias, vision_model.encoder.layers.0.mlp.fc1.bias",
    "model.vision_tower.norm.weight, model.vision_tower.norm.weight",
    "something.else, something.else",
  })
  void findsTensorsWhateverAProgramPutBeforeTheirNames(String stored, String published)
      throws IOException {
    write("model.safetensors", stored);
    try (WeightFiles weights = open()) {
      assertThat(weights.names()).containsExactly(published);
      assertThat(weights.read(published)).containsExactly(1, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.layers.0.self_attn.rotary_emb.inv_freq",
        "model.layers.0.self_attn.rotary_emb.cos_cached",
        "vision_model.embeddings.position_ids",
        "model.vision_tower.vision_tower.vision_model.embeddings.position_ids",
        "text_model.encoder.layers.0.mlp.fc1.weight",
        "visual_projection.weight",
        "text_projection.weight",
        "logit_scale",
        "logit_bias",
        "vision_model.head.probe",
        "vision_model.head.attention.in_proj_weight",
        "model.vision_tower.vision_tower.vision_model.head.mlp.fc1.bias"
      })
  void leavesOutWhatHasNoMeaningHere(String harmless) throws IOException {
    write("model.safetensors", "lm_head.weight", harmless);
    try (WeightFiles weights = open()) {
      assertThat(weights.names()).containsExactly("lm_head.weight");
    }
  }

  @Test
  void refusesTwoTensorsOfOneName() throws IOException {
    write("model.safetensors", "model.norm.weight", "base_model.model.model.norm.weight");
    assertRefused(
        "model.norm.weight of model.safetensors and base_model.model.model.norm.weight of"
            + " model.safetensors are the same tensor, model.norm.weight");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
        "model.layers.0.self_attn.q_proj.base_layer.weight",
        "base_model.model.model.embed_tokens.lora_embedding_A.default",
        "base_model.model.lm_head.modules_to_save.default.weight"
      })
  void refusesAnAdapterThatIsNotMerged(String name) throws IOException {
    write("model.safetensors", "lm_head.weight", name);
    assertRefused(
        name + " belongs to an adapter that is not merged into the model; merge it first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"adapter_model.safetensors", "adapter_model.bin", "non_lora_trainables.bin"})
  void refusesAnAdapterBesideTheModel(String file) throws IOException {
    write("model.safetensors", "lm_head.weight");
    Files.writeString(folder.resolve(file), "");
    assertRefused(file + " belongs to an adapter that is not merged into the model");
  }

  @Test
  void takesSafetensorsBeforePyTorchFilesAsPublishedFoldersHoldBoth() throws IOException {
    write("model.safetensors", "lm_head.weight");
    Files.writeString(folder.resolve("pytorch_model.bin"), "not read");
    try (WeightFiles weights = open()) {
      assertThat(weights.names()).containsExactly("lm_head.weight");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mm_projector.bin", "pytorch_model.bin"})
  void readsAFileOfPyTorch(String name) throws IOException {
    float[] values = {1, 2};
    TorchWriter.writeLegacy(
        folder.resolve(name),
        List.of(TorchWriter.Item.floats("model.mm_projector.bias", new int[] {2}, values)));
    for (Path place : List.of(folder, folder.resolve(name))) {
      try (WeightFiles weights = open(place)) {
        assertThat(weights.names()).containsExactly("model.mm_projector.bias");
        assertThat(weights.read("model.mm_projector.bias")).containsExactly(values);
      }
    }
  }

  @Test
  void refusesAModelBesideShardsWithAnIndex() throws IOException {
    write("model.safetensors", "a");
    write(FIRST, "a");
    write(SECOND, "b");
    index("a", FIRST, "b", SECOND);
    assertRefused(
        "beside model.safetensors.index.json and its files there is also model.safetensors; it is"
            + " not clear which weights are meant, delete those that are older");
  }

  @Test
  void refusesShardsThatTheIndexDoesNotName() throws IOException {
    write(FIRST, "a");
    write(SECOND, "b");
    write("model-00003-of-00003.safetensors", "c");
    index("a", FIRST, "b", SECOND);
    assertRefused("there is also model-00003-of-00003.safetensors; it is not clear");
  }

  @Test
  void refusesShardsWithoutTheirIndex() throws IOException {
    write(FIRST, "a");
    assertRefused("model.safetensors.index.json is missing, which says what is in the shards");
    write("model.safetensors", "a");
    assertRefused("beside model.safetensors there are shards without an index, " + FIRST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "model-00001-of-00002.safetensors"})
  void refusesAFileWhoseDownloadHasNotEnded(String file) throws IOException {
    write(file, "model.norm.weight");
    Files.writeString(folder.resolve(file + ".aria2"), "");
    assertRefused(file + " is not complete, as " + file + ".aria2 says; finish the download");
  }

  @Test
  void saysWhatLiesThereInPlaceOfWeights() throws IOException {
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("../blobs/5a3f"));
    assertRefused("links to files that are not there: model.safetensors (copy what they point at");
    Files.delete(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("model.safetensors.incomplete"), "");
    assertRefused("; there is model.safetensors.incomplete");
    Files.writeString(folder.resolve("zero_to_fp32.py"), "");
    assertRefused("the folder is a checkpoint of DeepSpeed, run its zero_to_fp32.py first");
  }

  @Test
  void anIndexMayNameTheWholeModelsFile() throws IOException {
    write("model.safetensors", "a");
    index("a", "model.safetensors");
    try (WeightFiles weights = open()) {
      assertThat(weights.names()).containsExactly("a");
    }
  }

  @Test
  void refusesATensorThatLiesInTwoShards() throws IOException {
    write(FIRST, "a", "b");
    write(SECOND, "b");
    index("a", FIRST, "b", SECOND);
    assertRefused("b of " + FIRST + " and b of " + SECOND + " are the same tensor, b");
  }

  @Test
  void saysThatAnIndexIsAPointer() throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "version https://git-lfs.github.com/spec/v1");
    assertRefused("model.safetensors.index.json: it is a git-lfs pointer in place of the file");
  }

  @Test
  void refusesWholeNumbers() throws IOException {
    byte[] json =
        "{\"model.norm.weight\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]}}"
            .getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 2).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(folder.resolve("model.safetensors"), bytes.putLong(json.length).put(json).array());
    assertRefused("model.norm.weight holds whole numbers, I8 (must be one of F64, F32, F16, BF16)");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesToReadValuesThatAreNotFinite(float value) throws IOException {
    write("model.safetensors", new float[] {3, Float.MAX_VALUE, value}, "model.norm.weight");
    try (WeightFiles weights = open()) {
      assertThatThrownBy(() -> weights.read("model.norm.weight"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("value 2 of model.norm.weight is " + value)
          .hasMessageContaining("the model diverged before it was saved, or the file is damaged");
      assertThat(weights.shape("model.norm.weight")).containsExactly(3);
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(folder.getFileName().toString())
        .hasMessageContaining(message);
  }

  private WeightFiles open() {
    return open(folder);
  }

  private static WeightFiles open(Path place) {
    return WeightFiles.open(new org.apache.hadoop.fs.Path(place.toUri()), new Configuration(false));
  }

  private void write(String file, String... names) throws IOException {
    write(file, new float[] {1, 2}, names);
  }

  private void write(String file, float[] values, String... names) throws IOException {
    int[] shape = {values.length};
    try (OutputStream stream = Files.newOutputStream(folder.resolve(file))) {
      new SafetensorsWriter(DataType.F32)
          .write(
              stream,
              Arrays.stream(names).map(name -> new TensorSpec(name, shape, true)).toList(),
              (tensor, sink) -> sink.accept(0, values, values.length));
    }
  }

  private void index(String... namesAndFiles) throws IOException {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < namesAndFiles.length; i += 2) {
      map.append(i == 0 ? "" : ", ");
      map.append("\"%s\": \"%s\"".formatted(namesAndFiles[i], namesAndFiles[i + 1]));
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + map + "}}");
  }
}
