package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;

class ModelFolderTest {
  private static final Initializer START = new Initializer(1, Initializer.Experts.NORMAL);
  private final Configuration configuration = new Configuration(false);
  @TempDir Path temporary;
  private Path model;

  @BeforeEach
  void copyModel() throws IOException {
    model = temporary.resolve("a model");
    Path source = Path.of("src/test/resources/reference/network/align-and-instruct");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = model.resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"align-and-instruct", "projector-only"})
  void publishedNamesAndShapesAreTheExpectedOnes(String name) {
    org.apache.hadoop.fs.Path folder =
        new org.apache.hadoop.fs.Path(
            Path.of("src/test/resources/reference/network", name).toAbsolutePath().toUri());
    try (ModelFolder opened = ModelFolder.open(folder, configuration)) {
      List<TensorSpec> expected = TensorNames.of(opened.config());
      assertThat(opened.weights().names())
          .containsExactlyElementsOf(expected.stream().map(TensorSpec::name).toList());
      assertThat(opened.initialised()).isEmpty();
      assertThat(opened.tokenizer()).isEmpty();
      for (TensorSpec spec : expected) {
        assertThat(opened.weights().read(spec.name())).hasSize(spec.length());
      }
    }
  }

  @Test
  void namesTheTokenizerBesideTheModel() throws IOException {
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    try (ModelFolder opened = open()) {
      assertThat(opened.tokenizer()).get().extracting("name").isEqualTo("tokenizer.json");
    }
  }

  @Test
  void namesTheVocabularyOfASlowTokenizer() throws IOException {
    Files.writeString(model.resolve("vocab.json"), "{}");
    try (ModelFolder opened = open()) {
      assertThat(opened.tokenizer()).get().extracting("name").isEqualTo("vocab.json");
    }
  }

  @Test
  void endsAnswersAsBothOfItsFilesSay() throws IOException {
    change(config -> config.put("eos_token_id", 7));
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [8, 7]}");
    try (ModelFolder opened = open()) {
      assertThat(opened.endTokens()).containsExactly(7, 8);
    }
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": \"end\"}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Invalid eos_token_id: \"end\" (must be a token's id or a list of");
  }

  @Test
  void reportsAllThatIsMissingExtraAndMisshapenAtOnce() throws IOException {
    rewrite(
        tensors -> {
          tensors.removeIf(tensor -> tensor.name().contains("layers.1."));
          tensors.add(new TensorSpec("model.layers.2.mlp.up_proj.weight", new int[] {1}, true));
          tensors.replaceAll(
              tensor ->
                  tensor.name().equals("model.norm.weight")
                      ? new TensorSpec(tensor.name(), new int[] {47}, true)
                      : tensor);
        });
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(": they contradict config.json; 12 missing: ")
        .hasMessageContaining("model.layers.1.input_layernorm.weight [48], ")
        .hasMessageContaining(" and 2 more; 1 of the wrong shape: model.norm.weight")
        .hasMessageContaining("model.norm.weight (got [47], expected [48])")
        .hasMessageContaining("1 extra: model.layers.2.mlp.up_proj.weight");
  }

  @Test
  void refusesAHeadThatDiffersFromTiedEmbeddings() throws IOException {
    change(config -> config.put("tie_word_embeddings", true));
    assertThatThrownBy(this::open)
        .hasMessageContaining("1 extra: lm_head.weight; tie_word_embeddings is true, but")
        .hasMessageContaining("set it to false to use that tensor, or remove the tensor");
  }

  @Test
  void takesARedundantHeadThatEqualsTheEmbedding() throws IOException {
    change(config -> config.put("tie_word_embeddings", true));
    rewrite(tensors -> {}); // all values are the same
    try (ModelFolder opened = open()) {
      assertThat(opened.weights().names()).doesNotContain("lm_head.weight");
    }
  }

  @Test
  void saysWhenTheOneTensorOfATiedModelIsStoredAsItsHead() throws IOException {
    change(config -> config.put("tie_word_embeddings", true));
    rewrite(tensors -> tensors.removeIf(tensor -> tensor.name().equals(TensorNames.EMBEDDING)));
    assertThatThrownBy(this::open)
        .hasMessageContaining("1 missing: model.embed_tokens.weight [120, 48]; 1 extra: lm_head")
        .hasMessageEndingWith("stored as lm_head.weight: rename it to model.embed_tokens.weight");
  }

  @Test
  void saysWhenAHeadIsMissingThatMayBeTheEmbedding() throws IOException {
    rewrite(tensors -> tensors.removeIf(tensor -> tensor.name().equals("lm_head.weight")));
    assertThatThrownBy(this::open)
        .hasMessageContaining("1 missing: lm_head.weight [120, 48]; if the embedding is the head,")
        .hasMessageContaining("set tie_word_embeddings to true");
  }

  @Test
  void refusesTensorsThatPartitionedTrainingLeftEmpty() throws IOException {
    rewrite(
        tensors ->
            tensors.replaceAll(
                tensor ->
                    tensor.name().equals("model.norm.weight")
                        ? new TensorSpec(tensor.name(), new int[] {0}, true)
                        : tensor));
    assertThatThrownBy(this::open)
        .hasMessageContaining("1 of the wrong shape: model.norm.weight (got [0], expected [48])")
        .hasMessageContaining("zero_to_fp32.py");
  }

  @Test
  void saysWhatAVisionEncodersFolderHoldsInPlaceOfItsWeights() throws IOException {
    Files.move(model.resolve("vision/model.safetensors"), model.resolve("vision/tf_model.h5"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("Cannot read weights in")
        .hasMessageContaining("/vision: neither model.safetensors nor pytorch_model.bin is there")
        .hasMessageContaining("; there is tf_model.h5");
  }

  @Test
  void aTiedModelNeedsNoHead() throws IOException {
    change(config -> config.put("tie_word_embeddings", true));
    rewrite(tensors -> tensors.removeIf(tensor -> tensor.name().equals("lm_head.weight")));
    try (ModelFolder opened = open()) {
      assertThat(opened.config().decoder().tieWordEmbeddings()).isTrue();
      assertThat(opened.weights().names()).doesNotContain("lm_head.weight");
    }
  }

  @Test
  void acceptsTheVisionEncoderInsideTheModelsWeights() throws IOException {
    List<TensorSpec> tensors = new ArrayList<>();
    try (ModelFolder opened = open()) {
      for (TensorSpec spec : TensorNames.of(opened.config())) {
        String prefix =
            spec.name().startsWith("vision_model.") ? "model.vision_tower.vision_tower." : "";
        tensors.add(new TensorSpec(prefix + spec.name(), spec.shape(), true));
      }
    }
    write(tensors);
    Files.delete(model.resolve("vision/model.safetensors"));
    try (ModelFolder opened = open()) {
      assertThat(opened.weights().shape("vision_model.pre_layrnorm.weight")).containsExactly(32);
      assertThat(opened.weights().read("vision_model.pre_layrnorm.weight")).hasSize(32);
    }
  }

  @Test
  void layersBehindTheSelectedOneMayBeLeftOut() throws IOException {
    List<TensorSpec> used;
    try (ModelFolder opened = open()) {
      used = TensorNames.vision(opened.config()).stream().filter(TensorSpec::required).toList();
    }
    assertThat(used).noneMatch(spec -> spec.name().contains("layers.2."));
    write(model.resolve("vision"), used);
    try (ModelFolder opened = open()) {
      assertThat(opened.weights().names())
          .contains("vision_model.encoder.layers.1.mlp.fc2.bias")
          .doesNotContain("vision_model.post_layernorm.weight");
    }
  }

  @Test
  void startsPartsThatAPretrainedLanguageModelLacks() throws IOException {
    rewrite(
        tensors ->
            tensors.removeIf(
                tensor ->
                    tensor.name().startsWith(TensorNames.PROJECTOR)
                        || tensor.name().startsWith(TensorNames.EXPERTS)));
    assertThatThrownBy(this::open).hasMessageContaining("23 missing: model.mm_projector.0.weight");
    try (ModelFolder opened = open(List.of(TensorNames.PROJECTOR, TensorNames.EXPERTS), START)) {
      assertThat(opened.initialised())
          .hasSize(23)
          .contains("model.mm_projector.2.bias", "model.moe_model.gate.weight");
      float[] projector = opened.weights().read("model.mm_projector.0.weight");
      float bound = (float) (1 / Math.sqrt(32));
      for (float value : projector) {
        assertThat(Math.abs(value)).isLessThanOrEqualTo(bound);
      }
      assertThat(deviation(projector)).isCloseTo(bound / Math.sqrt(3), within(0.01));
      assertThat(deviation(opened.weights().read("model.moe_model.experts.3.up_proj.weight")))
          .isCloseTo(0.02, within(0.002));
    }
  }

  @Test
  void startsEverythingWhereThereAreOnlyConfigurations() throws IOException {
    Files.delete(model.resolve("model.safetensors"));
    Files.delete(model.resolve("vision/model.safetensors"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("neither model.safetensors nor pytorch_model.bin");
    try (ModelFolder opened = open(List.of(""), START)) {
      assertThat(opened.weights().read("model.norm.weight")).containsOnly(1);
      assertThat(opened.weights().read("vision_model.pre_layrnorm.bias")).containsOnly(0);
      assertThat(opened.weights().shape("vision_model.embeddings.patch_embedding.weight"))
          .containsExactly(32, 3, 7, 7);
    }
  }

  @Test
  void startingValuesDependOnSeedAndNameAlone() {
    ParrotConfig config;
    try (ModelFolder opened = open()) {
      config = opened.config();
    }
    TensorSpec spec = TensorNames.experts(config).get(3);
    TensorSpec sibling = TensorNames.experts(config).get(6);
    assertThat(spec.name()).isEqualTo("model.moe_model.experts.0.down_proj.weight");
    float[] values = START.values(spec, config);
    assertThat(START.values(spec, config)).isEqualTo(values);
    assertThat(START.values(sibling, config)).isNotEqualTo(values);
    assertThat(new Initializer(2, Initializer.Experts.NORMAL).values(spec, config))
        .isNotEqualTo(values);
    assertThat(deviation(new Initializer(1, Initializer.Experts.SMALL).values(spec, config)))
        .isCloseTo(deviation(values) / 100, within(1e-6));
  }

  @Test
  void expertsMayStartAsCopiesOfOneWithNoiseAndTheRouterLarger() {
    ParrotConfig config;
    try (ModelFolder opened = open()) {
      config = opened.config();
    }
    Initializer copies = new Initializer(1, Initializer.Experts.COPIES, 10);
    TensorSpec first = TensorNames.experts(config).get(3);
    float[] one = copies.values(first, config);
    float[] other = copies.values(TensorNames.experts(config).get(6), config);
    float[] apart = new float[one.length];
    for (int i = 0; i < one.length; i++) {
      apart[i] = one[i] - other[i];
    }
    assertThat(one).isNotEqualTo(other);
    assertThat(deviation(apart)).isBetween(0.1 * deviation(one), 0.2 * deviation(one));
    TensorSpec router = TensorNames.experts(config).get(0);
    assertThat(router.name()).isEqualTo(TensorNames.ROUTER);
    assertThat(deviation(copies.values(router, config)))
        .isCloseTo(10 * deviation(START.values(router, config)), within(1e-6));
  }

  @Test
  void saysWhichFileIsNotThere() throws IOException {
    Files.delete(model.resolve("vision/config.json"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("Cannot find the vision encoder vision that mm_vision_tower in")
        .hasMessageContaining("there is no config.json in file:" + model + "/vision, ")
        .hasMessageContaining("a training run can name it in model.vision");
    change(config -> config.remove("mm_vision_tower"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("Missing key mm_vision_tower in")
        .hasMessageContaining("relative to the model's or absolute");
    Files.writeString(model.resolve("config.json"), "{\n\"hidden_size\": ,");
    assertThatThrownBy(this::open).hasMessageContaining("config.json: no valid JSON, line 2: ");
    Files.delete(model.resolve("config.json"));
    assertThatThrownBy(this::open).hasMessageContaining("Cannot open the model: there is no");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1|it is a git-lfs pointer in place of the file",
        "<!doctype html><html>|it is a web page in place of the file",
        "[]|not a JSON object",
        "{\"a\": 1|no valid JSON, line 1: Unexpected end-of-input: expected close marker for Object"
      })
  void saysWhatLiesInPlaceOfAConfiguration(String content, String message) throws IOException {
    Files.writeString(model.resolve("config.json"), content);
    assertThatThrownBy(this::open).hasMessageContaining("config.json: " + message);
  }

  @Test
  void namesTheFolderOfAHubsCacheThatIsMeant() throws IOException {
    Path snapshot = Files.createDirectories(model.resolve("snapshots/5a3f"));
    Files.move(model.resolve("config.json"), snapshot.resolve("config.json"));
    assertThatThrownBy(this::open)
        .hasMessageEndingWith(
            "but there is one in file:" + snapshot.toAbsolutePath() + " (name that folder)");
  }

  @Test
  void saysThatNothingIsDownloadedByItsPublishedName() {
    model = temporary.resolve("Qwen/Qwen1.5-7B-Chat");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("there is no folder file:" + model.toAbsolutePath() + " (published");
  }

  @Test
  void saysWhatMakesALanguageModelAParrot() throws IOException {
    change(config -> config.remove("mm_vision_tower"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("parrot assemble puts one beside a language model");
  }

  @Test
  void saysThatAFileIsNotAFolder() {
    model = model.resolve("model.safetensors");
    assertThatThrownBy(this::open)
        .hasMessageEndingWith("is a file (name the folder in which it lies)");
  }

  @Test
  void refusesAConfigurationThatIsNestedWithoutEnd() throws IOException {
    Files.writeString(model.resolve("config.json"), "{\"a\":" + "[".repeat(5000));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("config.json: no valid JSON, Depth (1001) exceeds");
  }

  @Test
  void theDeviationOfStartingValuesIsTheConfigurations() throws IOException {
    TensorSpec spec;
    float[] usual;
    try (ModelFolder opened = open()) {
      spec = TensorNames.experts(opened.config()).get(3);
      usual = START.values(spec, opened.config());
    }
    change(config -> config.put("initializer_range", 0.06));
    try (ModelFolder opened = open()) {
      assertThat(deviation(START.values(spec, opened.config())))
          .isCloseTo(3 * deviation(usual), within(1e-6));
    }
    change(config -> config.put("initializer_range", -1));
    try (ModelFolder opened = open()) {
      ParrotConfig config = opened.config();
      assertThatThrownBy(() -> START.values(spec, config))
          .isInstanceOf(ModelException.class)
          .hasMessage("Invalid initializer_range: -1 (must be a positive number)");
    }
  }

  private static double deviation(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  private ModelFolder open() {
    return ModelFolder.open(new org.apache.hadoop.fs.Path(model.toUri()), configuration);
  }

  private ModelFolder open(List<String> mayBeMissing, Initializer start) {
    return ModelFolder.open(
        new org.apache.hadoop.fs.Path(model.toUri()), configuration, mayBeMissing, start);
  }

  private void change(Consumer<ObjectNode> change) throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode config = json.readTree(model.resolve("config.json").toFile());
    change.accept((ObjectNode) config);
    json.writeValue(model.resolve("config.json").toFile(), config);
  }

  /** Writes the model's own file anew, with other tensors. */
  private void rewrite(Consumer<List<TensorSpec>> change) throws IOException {
    List<TensorSpec> tensors = new ArrayList<>();
    try (WeightFiles file =
        WeightFiles.open(new org.apache.hadoop.fs.Path(model.toUri()), configuration)) {
      file.names().forEach(name -> tensors.add(new TensorSpec(name, file.shape(name), true)));
    }
    change.accept(tensors);
    write(tensors);
  }

  private void write(List<TensorSpec> tensors) throws IOException {
    write(model, tensors);
  }

  private static void write(Path folder, List<TensorSpec> tensors) {
    Path file = folder.resolve("model.safetensors");
    try (OutputStream stream = Files.newOutputStream(file)) {
      new SafetensorsWriter(DataType.F32)
          .write(
              stream,
              tensors,
              (tensor, sink) -> {
                float[] values = new float[tensor.length()];
                Arrays.fill(values, 0.5f);
                sink.accept(0, values, values.length);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
