package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.ModelException;

class SafetensorsWriterTest {
  private static final List<TensorSpec> TENSORS =
      List.of(
          new TensorSpec("first", new int[] {2, 3}, true),
          new TensorSpec("empty", new int[] {0, 3}, true),
          new TensorSpec("second", new int[] {4}, true));

  private final Configuration configuration = new Configuration(false);
  @TempDir java.nio.file.Path folder;

  private static void values(TensorSpec tensor, FloatSink sink) {
    float[] values = new float[tensor.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.name().length() + i / 3f;
    }
    sink.accept(0, values, values.length);
  }

  @Test
  void float32ComesBackBitForBit() throws IOException {
    write(DataType.F32, Long.MAX_VALUE);
    try (WeightFiles weights = open()) {
      assertThat(weights.names()).containsExactly("first", "empty", "second");
      assertThat(weights.shape("first")).containsExactly(2, 3);
      assertThat(weights.read("second")).containsExactly(6, 6 + 1 / 3f, 6 + 2 / 3f, 7);
      assertThat(weights.read("empty")).isEmpty();
    }
  }

  @Test
  void bfloat16ComesBackRounded() throws IOException {
    write(DataType.BF16, Long.MAX_VALUE);
    try (WeightFiles weights = open()) {
      assertThat(weights.read("second")).containsExactly(6, 6.34375f, 6.65625f, 7);
    }
  }

  @Test
  void valuesAreAlignedAndTheFormatIsNamed() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    new SafetensorsWriter(DataType.F32).write(stream, TENSORS, SafetensorsWriterTest::values);
    ByteBuffer bytes = ByteBuffer.wrap(stream.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong(0) % 8).isZero();
    assertThat(bytes.capacity()).isEqualTo(8 + (int) bytes.getLong(0) + 40);
    write(DataType.F32, Long.MAX_VALUE);
    try (Safetensors file =
        Safetensors.open(new Path(folder.toUri() + "model.safetensors"), configuration)) {
      assertThat(file.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void aSmallLimitGivesShardsWithAnIndex() throws IOException {
    List<Path> written = write(DataType.F32, 30);
    assertThat(written)
        .extracting(Path::getName)
        .containsExactly(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    try (WeightFiles weights = open()) {
      assertThat(weights.names()).containsExactly("first", "empty", "second");
      assertThat(weights.read("first")[5]).isEqualTo(5 + 5 / 3f);
    }
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertThatThrownBy(() -> open().close())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "model.safetensors.index.json names files that are not there, model-00002-of-00002");
  }

  @Test
  void refusesAnIndexThatContradictsItsShards() throws IOException {
    write(DataType.F32, 30);
    java.nio.file.Path index = folder.resolve("model.safetensors.index.json");
    String json = Files.readString(index);
    Files.delete(folder.resolve(".model.safetensors.index.json.crc"));
    Files.writeString(index, json.replace("second", "third"));
    assertThatThrownBy(() -> open().close())
        .hasMessageContaining(
            "it says that model-00002-of-00002.safetensors holds third, which it does not");
    Files.writeString(index, json.replaceAll("\"empty\".*,", ""));
    assertThatThrownBy(() -> open().close())
        .hasMessageContaining("holds tensors that it does not list there: empty");
    Files.writeString(index, json.replace("model-00002", "../model-00002"));
    assertThatThrownBy(() -> open().close())
        .hasMessageContaining("must be the name of a file in the same folder");
    Files.writeString(index, "{}");
    assertThatThrownBy(() -> open().close()).hasMessageContaining("it has no weight_map");
  }

  @Test
  void refusesTooFewValuesAndOtherTypes() {
    SafetensorsWriter writer = new SafetensorsWriter(DataType.F32);
    assertThatThrownBy(
            () ->
                writer.write(
                    new ByteArrayOutputStream(),
                    TENSORS,
                    (tensor, sink) -> sink.accept(0, new float[1], 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot write first [2, 3]: got 1 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SafetensorsWriter(DataType.F64))
        .withMessage("Invalid type to write: F64 (must be F32, BF16 or F16)");
  }

  private List<Path> write(DataType type, long limit) throws IOException {
    return new SafetensorsWriter(type)
        .write(
            FileSystem.getLocal(configuration),
            new Path(folder.toUri()),
            TENSORS,
            SafetensorsWriterTest::values,
            limit);
  }

  private WeightFiles open() {
    return WeightFiles.open(new Path(folder.toUri()), configuration);
  }
}
