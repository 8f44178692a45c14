package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference case as other programs would have stored it: the same weights to the last bit. */
class ReferenceInAnotherDressTest {
  private static final Path REFERENCE =
      Path.of("src/test/resources/reference/network/align-and-instruct").toAbsolutePath();

  private final Configuration configuration = new Configuration(false);
  @TempDir Path folder;

  /** How a folder is rewritten, from the tensors of model and vision encoder. */
  private interface Rewriting {
    void apply(Path folder, WeightFiles model, WeightFiles vision) throws IOException;
  }

  enum Dress {
    SHARDS(
        (folder, model, vision) ->
            new SafetensorsWriter(DataType.F32)
                .write(
                    FileSystem.getLocal(new Configuration(false)).getRawFileSystem(),
                    path(folder),
                    specs(model, name -> name),
                    (spec, sink) -> model.read(spec.name(), sink),
                    100_000)),
    TORCH_SHARDS(
        (folder, model, vision) -> {
          List<TorchWriter.Item> items = items(vision);
          List<List<TorchWriter.Item>> parts =
              List.of(items.subList(0, 9), items.subList(9, items.size()));
          StringBuilder index = new StringBuilder();
          for (int i = 0; i < parts.size(); i++) {
            String name = "pytorch_model-0000" + (i + 1) + "-of-00002.bin";
            TorchWriter.writeZip(folder.resolve("vision").resolve(name), parts.get(i));
            for (TorchWriter.Item item : parts.get(i)) {
              index.append(index.isEmpty() ? "" : ", ");
              index.append("\"").append(item.name()).append("\": \"").append(name).append("\"");
            }
          }
          Files.writeString(
              folder.resolve("vision/pytorch_model.bin.index.json"),
              "{\"weight_map\": {" + index + "}}");
        }),
    TORCH_ZIP(
        (folder, model, vision) ->
            TorchWriter.writeZip(folder.resolve("vision/pytorch_model.bin"), items(vision))),
    TORCH_LEGACY(
        (folder, model, vision) ->
            TorchWriter.writeLegacy(folder.resolve("pytorch_model.bin"), items(model))),
    OF_PEFT((folder, model, vision) -> rename(folder, model, name -> "base_model.model." + name)),
    OF_COMPILE((folder, model, vision) -> rename(folder, model, name -> "_orig_mod." + name)),
    OF_A_LARGER_MODEL(
        (folder, model, vision) ->
            rename(folder, model, name -> name.replaceFirst("^model\\.", "model.language_model.")));

    private final Rewriting rewriting;

    Dress(Rewriting rewriting) {
      this.rewriting = rewriting;
    }
  }

  @BeforeEach
  void copyReference() throws IOException {
    try (Stream<Path> files = Files.walk(REFERENCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = folder.resolve(REFERENCE.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void hasTheSameWeights(Dress dress) throws IOException {
    try (WeightFiles model = WeightFiles.open(path(REFERENCE), configuration);
        WeightFiles vision = WeightFiles.open(path(REFERENCE.resolve("vision")), configuration)) {
      boolean ofVision = dress == Dress.TORCH_ZIP || dress == Dress.TORCH_SHARDS;
      Files.delete(folder.resolve(ofVision ? "vision/model.safetensors" : "model.safetensors"));
      dress.rewriting.apply(folder, model, vision);
    }
    try (ModelFolder reference = ModelFolder.open(path(REFERENCE), configuration);
        ModelFolder dressed = ModelFolder.open(path(folder), configuration)) {
      assertThat(dressed.weights().names()).isEqualTo(reference.weights().names());
      for (String name : reference.weights().names()) {
        assertThat(dressed.weights().read(name)).isEqualTo(reference.weights().read(name));
      }
    }
  }

  private static org.apache.hadoop.fs.Path path(Path folder) {
    return new org.apache.hadoop.fs.Path(folder.toUri());
  }

  private static List<TensorSpec> specs(Weights weights, UnaryOperator<String> rename) {
    return weights.names().stream()
        .map(name -> new TensorSpec(rename.apply(name), weights.shape(name), true))
        .toList();
  }

  private static void rename(Path folder, Weights weights, UnaryOperator<String> rename)
      throws IOException {
    List<String> names = new ArrayList<>(weights.names());
    List<TensorSpec> specs = specs(weights, rename);
    try (OutputStream stream = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      new SafetensorsWriter(DataType.F32)
          .write(stream, specs, (spec, sink) -> weights.read(names.get(specs.indexOf(spec)), sink));
    }
  }

  private static List<TorchWriter.Item> items(Weights weights) {
    return weights.names().stream()
        .map(name -> TorchWriter.Item.floats(name, weights.shape(name), weights.read(name)))
        .toList();
  }
}
