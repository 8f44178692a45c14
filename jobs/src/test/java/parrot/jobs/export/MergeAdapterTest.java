package parrot.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.CommandLines;
import parrot.model.weights.DataType;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;

class MergeAdapterTest {
  private static final Path MODEL =
      Path.of("../model/src/test/resources/reference/network/align-and-instruct");
  private static final Configuration HADOOP = new Configuration();
  private static final int RANK = 4;
  private static final float ALPHA = 6;

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();
  private final Map<String, float[]> factors = new LinkedHashMap<>();

  /** An adapter on every query and on every first layer of an MLP, those of CLIP too. */
  @BeforeEach
  void writeAnAdapter() throws IOException {
    Files.createDirectories(folder.resolve("adapter"));
    writeConfig("LORA");
    List<TensorSpec> tensors = new ArrayList<>();
    Random random = new Random(5);
    try (ModelFolder model = open(MODEL)) {
      for (String name : model.weights().names()) {
        if (isAdapted(name)) {
          int[] shape = model.weights().shape(name);
          String layer = "base_model.model." + name.replaceFirst("\\.weight$", "");
          tensors.add(new TensorSpec(layer + ".lora_A.weight", new int[] {RANK, shape[1]}, true));
          tensors.add(new TensorSpec(layer + ".lora_B.weight", new int[] {shape[0], RANK}, true));
        }
      }
    }
    try (OutputStream out =
        Files.newOutputStream(folder.resolve("adapter/adapter_model.safetensors"))) {
      new SafetensorsWriter(DataType.F32)
          .write(
              out,
              tensors,
              (tensor, sink) -> {
                float[] values = new float[tensor.length()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) random.nextGaussian();
                }
                factors.put(tensor.name(), values);
                sink.accept(0, values, values.length);
              });
    }
  }

  private static boolean isAdapted(String name) {
    return name.endsWith("q_proj.weight") || name.matches(".*(fc1|gate_proj)\\.weight");
  }

  @Test
  void mergedComputesWhatModelAndAdapterComputeTogether() throws IOException {
    assertThat(merge("merged")).as(printed.toString()).isZero();
    assertThat(printed.toString()).contains(factors.size() / 2 + " layers changed");
    Random random = new Random(9);
    try (ModelFolder model = open(MODEL);
        ModelFolder merged = open(folder.resolve("merged"))) {
      assertThat(merged.weights().names()).isEqualTo(model.weights().names());
      for (String name : model.weights().names()) {
        float[] before = model.weights().read(name);
        float[] after = merged.weights().read(name);
        if (isAdapted(name)) {
          int columns = model.weights().shape(name)[1];
          double[] x = random.doubles(columns, -1, 1).toArray();
          double[] expected = product(before, x);
          double[] inner = product(factor(name, "A"), x);
          double[] added = product(factor(name, "B"), inner);
          double[] y = product(after, x);
          for (int row = 0; row < y.length; row++) {
            double unmerged = expected[row] + ALPHA / RANK * added[row];
            assertThat(y[row]).as(name).isCloseTo(unmerged, offset(1e-5));
          }
        } else {
          assertThat(after).as(name).isEqualTo(before);
        }
      }
    }
  }

  @Test
  void refusesAnotherKindOfAdapterAndWritesNothing() throws IOException {
    writeConfig("IA3");
    assertThat(merge("out")).isEqualTo(3);
    assertThat(printed.toString()).contains("Invalid peft_type: IA3 (must be LORA)");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private float[] factor(String name, String letter) {
    return factors.get(
        "base_model.model." + name.replaceFirst("weight$", "lora_" + letter + ".weight"));
  }

  /** Of a matrix, row-major, and a vector. */
  private static double[] product(float[] matrix, double[] x) {
    double[] y = new double[matrix.length / x.length];
    for (int i = 0; i < matrix.length; i++) {
      y[i / x.length] += matrix[i] * x[i % x.length];
    }
    return y;
  }

  private void writeConfig(String type) throws IOException {
    Files.writeString(
        folder.resolve("adapter/adapter_config.json"),
        "{\"peft_type\": \"%s\", \"r\": %d, \"lora_alpha\": %s}".formatted(type, RANK, ALPHA));
  }

  private int merge(String out) {
    return CommandLines.run(
        new PrintWriter(printed, true),
        new PrintWriter(printed, true),
        "merge-adapter",
        "--model",
        MODEL.toString(),
        "--adapter",
        folder.resolve("adapter").toString(),
        "--out",
        folder.resolve(out).toString());
  }

  private static ModelFolder open(Path path) {
    return ModelFolder.open(new org.apache.hadoop.fs.Path(path.toAbsolutePath().toUri()), HADOOP);
  }
}
