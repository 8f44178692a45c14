package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class LocalCopiesTest {
  /** A file system that cannot be mapped. */
  public static final class Far extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("far:///");
    }
  }

  private static final int ROWS = 512;
  private static final int COLUMNS = 1024;

  private final Configuration configuration = new Configuration(false);
  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void store() throws IOException {
    configuration.setClass("fs.far.impl", Far.class, RawLocalFileSystem.class);
    root = LocalCopies.ownFolder(folder.resolve("disk")).orElseThrow();
    store(0);
  }

  private void store(float first) throws IOException {
    List<TensorSpec> tensors =
        List.of(
            new TensorSpec("small", new int[] {COLUMNS}, true),
            new TensorSpec("large", new int[] {ROWS, COLUMNS}, true));
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      new SafetensorsWriter(DataType.BF16)
          .write(
              out,
              tensors,
              (tensor, sink) -> {
                float[] values = new float[tensor.length()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = first + i % 256;
                }
                sink.accept(0, values, values.length);
              });
    }
  }

  private Optional<Tensor> map(String name, ElementType type, int rows) {
    org.apache.hadoop.fs.Path file =
        new org.apache.hadoop.fs.Path("far", null, folder.resolve("model.safetensors").toString());
    try (Safetensors weights = Safetensors.open(file, configuration)) {
      return new LocalCopies(() -> Optional.of(root), configuration)
          .map(weights, name, type, rows, COLUMNS);
    }
  }

  private float[] large() {
    return map("large", ElementType.BF16, ROWS).orElseThrow().toArray();
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("lock"))
          .sorted()
          .toList();
    }
  }

  @Test
  void openedTwiceIsCopiedOnceAndHasTheSameValues() throws IOException {
    float[] first = large();
    assertThat(first).hasSize(ROWS * COLUMNS).startsWith(0, 1, 2);
    List<Path> copies = copies();
    assertThat(copies).hasSize(1);
    Object identity = Files.readAttributes(copies.get(0), "unix:ino").get("ino");
    assertThat(large()).isEqualTo(first);
    assertThat(copies()).isEqualTo(copies);
    assertThat(Files.readAttributes(copies.get(0), "unix:ino").get("ino")).isEqualTo(identity);
  }

  @Test
  void severalThatOpenAtOnceGetTheSameCopy() throws IOException {
    List<float[]> all = IntStream.range(0, 4).parallel().mapToObj(i -> large()).toList();
    assertThat(all).allSatisfy(values -> assertThat(values).isEqualTo(all.get(0)));
    assertThat(copies()).hasSize(1);
  }

  @Test
  void anotherContentIsAnotherCopy() throws IOException {
    large();
    store(8);
    Files.setLastModifiedTime(
        folder.resolve("model.safetensors"), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(large()).startsWith(8, 9, 10);
    assertThat(copies()).hasSize(2);
  }

  @Test
  void aCopyThatWasCutShortIsMadeAgain() throws IOException {
    float[] first = large();
    Path copy = copies().get(0);
    Files.move(copy, copy.resolveSibling(copy.getFileName() + ".partial"));
    assertThat(large()).isEqualTo(first);
    assertThat(copies()).containsExactly(copy);
  }

  @Test
  void smallTensorsAndOtherTypesAreRead() throws IOException {
    assertThat(map("small", ElementType.BF16, 1)).isEmpty();
    assertThat(map("large", ElementType.F32, ROWS)).isEmpty();
    assertThat(copies()).isEmpty();
  }

  @Test
  void copiesNotOpenedForAWeekAreDeleted() throws IOException {
    Path old = Files.createDirectory(root.resolve("old"));
    Files.createFile(old.resolve("0-4"));
    Path recent = Files.createDirectory(root.resolve("recent"));
    age(old, 8);
    age(recent, 6);
    large();
    assertThat(old).doesNotExist();
    assertThat(recent).exists();
  }

  private static void age(Path path, int days) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
  }

  @Test
  void withoutAFolderNothingIsCopied() {
    org.apache.hadoop.fs.Path file =
        new org.apache.hadoop.fs.Path("far", null, folder.resolve("model.safetensors").toString());
    try (Safetensors weights = Safetensors.open(file, configuration)) {
      LocalCopies none = new LocalCopies(Optional::empty, configuration);
      assertThat(none.map(weights, "large", ElementType.BF16, ROWS, COLUMNS)).isEmpty();
    }
  }

  @Test
  void liesWhereTheSettingOrTheClusterManagerSays() {
    Map<String, String> yarn = Map.of("LOCAL_DIRS", "/a/app,/b/app", "SPARK_LOCAL_DIRS", "/c");
    assertThat(LocalCopies.parent(yarn)).isEqualTo(Path.of("/a/app"));
    assertThat(LocalCopies.parent(Map.of("PARROT_LOCAL_DIR", "/d", "LOCAL_DIRS", "/a")))
        .isEqualTo(Path.of("/d"));
    assertThat(LocalCopies.parent(Map.of("SPARK_EXECUTOR_DIRS", "/e:/f"))).isEqualTo(Path.of("/e"));
    assertThat(LocalCopies.parent(Map.of()))
        .isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
  }

  @Test
  void otherUsersCannotWriteThere() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    assertThat(LocalCopies.ownFolder(Files.createFile(folder.resolve("file")))).isEmpty();
  }
}
