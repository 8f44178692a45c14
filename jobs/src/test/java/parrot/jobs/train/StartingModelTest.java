package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.DataType;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/** A run's first weights, put together from a model and from folders and files of single parts. */
class StartingModelTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir static Path folder;
  private static SmallWorld world;
  private static ParrotConfig config;

  @BeforeAll
  static void makeWorld() throws IOException {
    world = new SmallWorld(folder);
    try (StartingModel start = StartingModel.open(world.config("out"), HADOOP)) {
      config = start.config();
    }
  }

  @Test
  void takesAProjectorFromItsFolderOrFromItsFile() throws IOException {
    Path parts = Files.createDirectories(folder.resolve("stage-1"));
    Path file = parts.resolve("mm_projector.safetensors");
    write(file, TensorNames.projector(config));
    for (Path place : List.of(parts, file)) {
      try (StartingModel start =
          open("projector=" + place, "initialize=[vision, experts, decoder]")) {
        TensorSpec tensor = TensorNames.projector(config).get(0);
        start.read(tensor, (at, values, n) -> assertThat(values).startsWith(0.5f, 0.25f, 0.5f));
      }
    }
  }

  @Test
  void takesADecoderWhoseRedundantHeadIsTheEmbedding() throws IOException {
    Path decoder = decoderWithHead("equal", config.decoder().vocabSize());
    try (StartingModel start =
        open("decoder=" + decoder, "initialize=[vision, projector, experts]")) {
      assertThat(start.tensors())
          .extracting(TensorSpec::name)
          .contains(TensorNames.EMBEDDING)
          .doesNotContain(TensorNames.HEAD);
    }
  }

  @Test
  void refusesADecoderWhoseHeadIsNotTheEmbedding() throws IOException {
    Path decoder = decoderWithHead("unequal", config.decoder().vocabSize() + 1);
    assertThatThrownBy(() -> open("decoder=" + decoder, "initialize=[vision, projector, experts]"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("1 tensors have no place in the model that is configured: lm_head");
  }

  @Test
  void refusesLayersThatNothingReads() throws IOException {
    Path decoder = Files.createDirectories(folder.resolve("deeper"));
    List<TensorSpec> tensors = new ArrayList<>(TensorNames.decoder(config));
    tensors.add(new TensorSpec("model.layers.7.input_layernorm.weight", new int[] {16}, true));
    write(decoder.resolve("model.safetensors"), tensors);
    assertThatThrownBy(() -> open("decoder=" + decoder, "initialize=[vision, projector, experts]"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Cannot start from " + decoder)
        .hasMessageEndingWith("is configured: model.layers.7.input_layernorm.weight");
  }

  private static Path decoderWithHead(String name, int rows) throws IOException {
    Path decoder = Files.createDirectories(folder.resolve(name));
    List<TensorSpec> tensors = new ArrayList<>(TensorNames.decoder(config));
    int[] shape = {rows, config.decoder().hiddenSize()};
    tensors.add(new TensorSpec(TensorNames.HEAD, shape, true));
    write(decoder.resolve("model.safetensors"), tensors);
    return decoder;
  }

  private static StartingModel open(String part, String initialize) {
    return StartingModel.open(world.config("out", "model." + part, "model." + initialize), HADOOP);
  }

  private static void write(Path file, List<TensorSpec> tensors) throws IOException {
    try (OutputStream stream = Files.newOutputStream(file)) {
      new SafetensorsWriter(DataType.F32)
          .write(
              stream,
              tensors,
              (tensor, sink) -> {
                float[] values = new float[tensor.length()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = i % 2 == 0 ? 0.5f : 0.25f;
                }
                sink.accept(0, values, values.length);
              });
    }
  }
}
