package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class MappedTensorTest {
  private static final float[] VALUES = {1, -2.5f, 0, 3.140625f, 5, -6};

  private final Configuration configuration = new Configuration(false);
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void showsTheValuesOfALocalFileInTheTypeThatTheyAreStoredIn() throws IOException {
    Files.write(file, bytes(DataType.BF16));
    try (Safetensors weights = open()) {
      Tensor mapped = weights.map("b", ElementType.BF16, 2, 3).orElseThrow();
      assertThat(mapped.type()).isEqualTo(ElementType.BF16);
      assertThat(mapped.toArray()).containsExactly(VALUES);
      assertThat(weights.storedType("b")).isEqualTo(ElementType.BF16);
      assertThat(weights.map("b", ElementType.F32, 2, 3)).isEmpty();
    }
    Files.write(file, bytes(DataType.F32));
    try (Safetensors weights = open()) {
      assertThat(weights.map("b", ElementType.F32, 2, 3).orElseThrow().toArray())
          .containsExactly(VALUES);
      assertThat(weights.storedType("b")).isEqualTo(ElementType.F32);
      assertThat(weights.map("b", ElementType.BF16, 2, 3)).isEmpty();
    }
  }

  @Test
  void staysReadableAfterTheFileIsClosed() throws IOException {
    Files.write(file, bytes(DataType.BF16));
    Tensor mapped;
    try (Safetensors weights = open()) {
      mapped = weights.map("b", ElementType.BF16, 2, 3).orElseThrow();
    }
    assertThat(mapped.toArray()).containsExactly(VALUES);
  }

  /** Hadoop verifies a file with a checksum as it is read; a mapped one would be trusted. */
  @Test
  void verifiesAFileWithAChecksum() throws IOException {
    try (OutputStream out = FileSystem.getLocal(configuration).create(path())) {
      out.write(bytes(DataType.BF16));
    }
    try (Safetensors weights = open()) {
      assertThat(weights.map("b", ElementType.BF16, 2, 3).orElseThrow().toArray())
          .containsExactly(VALUES);
    }
    byte[] damaged = Files.readAllBytes(file);
    try (Safetensors weights = open()) {
      damaged[damaged.length - 1] ^= 1;
      Files.write(file, damaged);
      assertThatThrownBy(() -> weights.map("b", ElementType.BF16, 2, 3))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("Cannot read b in " + path())
          .hasMessageContaining("hecksum");
    }
  }

  @Test
  void leavesValuesThatAreNotAlignedToReading() throws IOException {
    String header = "{\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}";
    assertThat(header.length() % 2).as("an odd header").isEqualTo(1);
    byte[] bytes = new byte[8 + header.length() + 2];
    bytes[0] = (byte) header.length();
    System.arraycopy(header.getBytes(), 0, bytes, 8, header.length());
    bytes[bytes.length - 1] = 0x40;
    Files.write(file, bytes);
    try (Safetensors weights = open()) {
      assertThat(weights.map("b", ElementType.BF16, 1, 1)).isEmpty();
      assertThat(weights.read("b")).containsExactly(2);
    }
  }

  private Safetensors open() {
    return Safetensors.open(path(), configuration);
  }

  private org.apache.hadoop.fs.Path path() {
    return new org.apache.hadoop.fs.Path(file.toUri());
  }

  private static byte[] bytes(DataType type) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    List<TensorSpec> tensors =
        List.of(
            new TensorSpec("a", new int[] {3}, true), new TensorSpec("b", new int[] {2, 3}, true));
    new SafetensorsWriter(type)
        .write(out, tensors, (tensor, sink) -> sink.accept(0, VALUES, (int) tensor.elements()));
    return out.toByteArray();
  }
}
