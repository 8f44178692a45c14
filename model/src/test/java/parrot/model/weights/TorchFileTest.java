package parrot.model.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.ModelException;
import parrot.model.weights.TorchWriter.Item;

class TorchFileTest {
  private static final List<Item> ITEMS =
      List.of(
          Item.floats("a", new int[] {2, 3}, 1, 2, 3, 4, 5, 6),
          Item.floats("b", new int[] {}, 7),
          new Item(
              "half",
              "HalfStorage",
              new int[] {2},
              new int[] {1},
              new byte[] {0x00, 0x3c, 0x00, (byte) 0xc1},
              2),
          new Item(
              "ids",
              "LongStorage",
              new int[] {1},
              new int[] {1},
              new byte[] {5, 0, 0, 0, 0, 0, 0, 0},
              1));

  @TempDir Path folder;
  private Path file;

  @org.junit.jupiter.api.BeforeEach
  void nameFile() {
    file = folder.resolve("pytorch_model.bin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip", "legacy", "trainer"})
  void readsWhatTorchSaves(String format) throws IOException {
    switch (format) {
      case "zip" -> TorchWriter.writeZip(file, ITEMS);
      case "legacy" -> TorchWriter.writeLegacy(file, ITEMS);
      default -> TorchWriter.writeTrainersZip(file, ITEMS);
    }
    try (StoredTensors tensors = open()) {
      assertThat(tensors.names()).containsExactly("a", "b", "half", "ids");
      assertThat(tensors.shape("a")).containsExactly(2, 3);
      assertThat(tensors.read("a")).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(tensors.shape("b")).isEmpty();
      assertThat(tensors.read("b")).containsExactly(7);
      assertThat(tensors.read("half")).containsExactly(1, -2.5f);
      assertThat(tensors.readLongs("ids")).containsExactly(5);
    }
  }

  @Test
  void readsTransposedTensorsInTheOrderOfTheirShape() throws IOException {
    Item item = Item.floats("t", new int[] {2, 3}, new int[] {1, 2}, 1, 4, 2, 5, 3, 6);
    TorchWriter.writeZip(file, List.of(item));
    try (StoredTensors tensors = open()) {
      assertThat(tensors.read("t")).containsExactly(1, 2, 3, 4, 5, 6);
      float[] middle = new float[2];
      tensors.read(
          "t", 2, 2, (at, values, n) -> System.arraycopy(values, 0, middle, (int) at - 2, n));
      assertThat(middle).containsExactly(3, 4);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "posix, system",
    "builtins, eval",
    "torch.nn.modules.linear, Linear",
    "argparse, Namespace",
    "java.lang, Runtime",
  })
  void refusesByNameWhateverIsNotATensor(String module, String name) throws IOException {
    TorchWriter.writeCall(file, module, name);
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "pytorch_model.bin: it asks for " + module + "." + name + ", and only")
        .hasMessageEndingWith("save the state_dict alone, best as safetensors");
  }

  @Test
  void refusesATensorBeyondItsStorage() throws IOException {
    TorchWriter.writeZip(file, List.of(Item.floats("a", new int[] {3}, 1, 2)));
    assertThatThrownBy(this::open)
        .hasMessageContaining(
            "tensor a reaches beyond its storage of 2 values; the file is damaged");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void refusesATensorWhoseValuesLieNowhere(int stride) throws IOException {
    byte[] two = new byte[2 * Float.BYTES];
    TorchWriter.writeZip(
        file, List.of(new Item("a", "FloatStorage", new int[] {2}, new int[] {stride}, two, 2)));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("damaged (a tensor of shape [2] and strides [" + stride + "])");
  }

  @Test
  void readsTheEndOfAnArchiveInBlocks() throws IOException {
    TorchWriter.writeZip(file, List.of(Item.floats("a", new int[] {1 << 17}, new float[1 << 17])));
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - 100));
    assertTimeoutPreemptively(
        Duration.ofSeconds(2),
        () -> assertThatThrownBy(this::open).hasMessageContaining("damaged or cut short"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X\377\377\377\177x", // a text of two gigabytes
        "]q\0h\0a}h\0K\1s", // a key that holds itself
        "}q\0(h\0h\0s", // more is taken than was put there
      })
  void refusesATableOfContentsThatCannotBe(String program) throws IOException {
    TorchWriter.writeProgram(file, ("\200\2" + program + ".").getBytes(ISO_8859_1));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its table of contents is damaged (");
  }

  @Test
  void refusesAStorageThatIsShorterThanItsTensors() throws IOException {
    byte[] two = new byte[2 * Float.BYTES];
    TorchWriter.writeZip(
        file, List.of(new Item("a", "FloatStorage", new int[] {3}, new int[] {1}, two, 3)));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its storage data/0 is damaged (got 8 bytes, expected 12)");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesAFileThatIsCutShort(boolean zip) throws IOException {
    if (zip) {
      TorchWriter.writeZip(file, ITEMS);
    } else {
      TorchWriter.writeLegacy(file, ITEMS);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length = 16; length < whole.length; length += 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(this::open)
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("Cannot read ")
          .hasMessageContaining("get ")
          .hasMessageContaining("again");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void callsAFailureOfStorageNoDamage(boolean zip) throws IOException {
    if (zip) {
      TorchWriter.writeZip(file, ITEMS);
    } else {
      TorchWriter.writeLegacy(file, ITEMS);
    }
    int failures = 0;
    for (long bad = 0; bad < Files.size(file); bad += 3) {
      try (StoredTensors tensors = open(FailingDisk.at(bad))) {
        assertThat(tensors.read("a")).hasSize(6);
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageEndingWith("Input/output error").hasMessageContaining("model.bin");
        failures++;
      }
    }
    assertThat(failures).isGreaterThan(20);
  }

  @Test
  void refusesADictionaryWithoutTensors() throws IOException {
    TorchWriter.writeZip(file, List.of());
    assertThatThrownBy(this::open).hasMessageContaining("it holds no dictionary of tensors");
  }

  private StoredTensors open() {
    return open(new Configuration(false));
  }

  private StoredTensors open(Configuration configuration) {
    return TensorFile.open(new org.apache.hadoop.fs.Path(file.toUri()), configuration);
  }
}
