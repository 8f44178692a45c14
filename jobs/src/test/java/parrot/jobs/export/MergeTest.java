package parrot.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;

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
import parrot.jobs.CommandLines;
import parrot.model.weights.DataType;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;

class MergeTest {
  private static final Path MODEL =
      Path.of("../model/src/test/resources/reference/network/align-and-instruct");
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  /** The second model: the same, with every value of the weights beside config.json doubled. */
  @BeforeEach
  void makeTheSecond() throws IOException {
    try (ModelFolder model = open(MODEL)) {
      Path other = folder.resolve("other");
      copyConfigurations(other);
      List<TensorSpec> tensors = new ArrayList<>();
      for (String name : model.weights().names()) {
        tensors.add(new TensorSpec(name, model.weights().shape(name), true));
      }
      try (OutputStream out = Files.newOutputStream(other.resolve("model.safetensors"))) {
        new SafetensorsWriter(DataType.F32)
            .write(
                out,
                tensors,
                (tensor, sink) -> {
                  float[] values = model.weights().read(tensor.name());
                  for (int i = 0; i < values.length; i++) {
                    values[i] *= 2;
                  }
                  sink.accept(0, values, values.length);
                });
      }
    }
  }

  private static void copyConfigurations(Path to) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(MODEL.resolve("config.json").toFile());
    Path tower = MODEL.resolve(config.path("mm_vision_tower").asText());
    Files.createDirectories(to.resolve("vision"));
    config.put("mm_vision_tower", "vision");
    json.writeValue(to.resolve("config.json").toFile(), config);
    Files.copy(tower.resolve("config.json"), to.resolve("vision/config.json"));
  }

  @Test
  void blendsEveryWeight() throws IOException {
    assertThat(merge("half", "0.5")).as(printed.toString()).isZero();
    try (ModelFolder model = open(MODEL);
        ModelFolder half = open(folder.resolve("half"))) {
      assertThat(half.weights().names()).isEqualTo(model.weights().names());
      for (String name : model.weights().names()) {
        float[] values = model.weights().read(name);
        float[] blended = half.weights().read(name);
        for (int i = 0; i < values.length; i++) {
          assertThat(blended[i]).isEqualTo(0.5f * values[i] + 0.5f * (2 * values[i]));
        }
      }
    }
  }

  @Test
  void isOneOfThemAtTheEnds() throws IOException {
    assertThat(merge("first", "1")).as(printed.toString()).isZero();
    assertThat(merge("second", "0")).as(printed.toString()).isZero();
    same(MODEL, folder.resolve("first"));
    same(folder.resolve("other"), folder.resolve("second"));
  }

  @Test
  void refusesAnotherShareAndAnotherModel() throws IOException {
    assertThat(merge("out", "1.5")).isEqualTo(2);
    assertThat(printed.toString()).contains("Invalid --alpha: 1.5 (must be between 0 and 1)");
    ObjectMapper json = new ObjectMapper();
    Path file = folder.resolve("other/config.json");
    ObjectNode config = (ObjectNode) json.readTree(file.toFile());
    config.put("rope_theta", 12345.0);
    json.writeValue(file.toFile(), config);
    assertThat(merge("out", "0.5")).isEqualTo(3);
    assertThat(printed.toString()).contains("they differ in rope_theta (").contains("12345.0)");
    config.remove("rope_theta");
    config.setAll((ObjectNode) json.readTree(MODEL.resolve("config.json").toFile()));
    config.put("mm_vision_tower", "vision").put("moe_formula", "paper");
    json.writeValue(file.toFile(), config);
    assertThat(merge("out", "0.5")).isEqualTo(3);
    assertThat(printed.toString()).contains("moe_formula (none and \"paper\")");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private static void same(Path expected, Path actual) {
    try (ModelFolder first = open(expected);
        ModelFolder second = open(actual)) {
      for (String name : first.weights().names()) {
        assertThat(second.weights().read(name)).as(name).isEqualTo(first.weights().read(name));
      }
    }
  }

  private int merge(String out, String alpha) {
    return CommandLines.run(
        new PrintWriter(printed, true),
        new PrintWriter(printed, true),
        "merge",
        "--alpha",
        alpha,
        MODEL.toString(),
        folder.resolve("other").toString(),
        "--out",
        folder.resolve(out).toString());
  }

  private static ModelFolder open(Path path) {
    return ModelFolder.open(new org.apache.hadoop.fs.Path(path.toAbsolutePath().toUri()), HADOOP);
  }
}
