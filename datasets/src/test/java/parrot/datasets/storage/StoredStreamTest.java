package parrot.datasets.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.source.RawSource;
import parrot.datasets.source.RowReader;
import parrot.datasets.source.SourceRange;
import parrot.datasets.source.SourceRows;

/** Storage that fails is never taken for data that is damaged. */
class StoredStreamTest {
  private static final String ROW =
      "{\"conversations\": [{\"from\": \"human\", \"value\": \"%x\"},"
          + " {\"from\": \"gpt\", \"value\": \"A parrot.\"}]}\n";

  @TempDir java.nio.file.Path scratch;

  private Path write(String name, byte[] bytes) throws IOException {
    return new Path(Files.write(scratch.resolve(name), bytes).toUri());
  }

  private static byte[] rows() {
    StringBuilder rows = new StringBuilder();
    Random random = new Random(3);
    for (int i = 0; i < 400; i++) {
      rows.append(ROW.formatted(random.nextLong()));
    }
    return rows.toString().getBytes(UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static FileSystem failing(Path file, long bad) {
    return FileSystems.of(file, FailingDisk.at(bad));
  }

  @Test
  void rowsPlainAndPacked() throws IOException {
    byte[] rows = rows();
    for (byte[] bytes : List.of(rows, gzip(rows))) {
      Path file = write("x.jsonl", bytes);
      for (int turn = 0; turn < 8; turn++) {
        FileSystem failing = failing(file, (bytes.length - 1L) * turn / 7);
        assertThatThrownBy(
                () -> RawSource.scan(failing, file, "x", 1 << 20, true, RowReader.DEFAULT))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("x.jsonl: storage fails (Input/output error)");
      }
    }
  }

  @Test
  void rowsOfARangeThatWasFoundWhole() throws IOException {
    byte[] bytes = rows();
    Path file = write("x.jsonl", bytes);
    FileSystem files = FileSystems.of(file, new Configuration());
    SourceRange range =
        RawSource.scan(files, file, "x", 1 << 20, false, RowReader.DEFAULT).ranges().get(0);
    assertThatThrownBy(
            () -> {
              FileSystem failing = failing(file, bytes.length / 2);
              try (SourceRows rows = RawSource.read(failing, range, RowReader.DEFAULT)) {
                rows.forEachRemaining(row -> {});
              }
            })
        .isInstanceOf(EnvironmentException.class);
  }

  @Test
  void tables() throws IOException {
    String table = "index\tquestion\tA\tB\tanswer\tprediction\n" + "1\tWhat?\tx\ty\tA\tB\n";
    Path file = write("MMMB_en.tsv", table.getBytes(UTF_8));
    for (long bad = 0; bad < table.length(); bad += 9) {
      FileSystem failing = failing(file, bad);
      assertThatThrownBy(() -> PredictionFile.read(failing, file))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("MMMB_en.tsv: storage fails");
    }
  }

  @Test
  void aChecksumOfHadoopsTellsDamage() throws IOException {
    LocalFileSystem files = FileSystem.newInstanceLocal(new Configuration());
    Path file = new Path(scratch.resolve("x.txt").toUri());
    try (OutputStream out = files.create(file)) {
      out.write(rows());
    }
    assertThat(scratch.resolve(".x.txt.crc")).exists();
    byte[] bytes = Files.readAllBytes(scratch.resolve("x.txt"));
    bytes[700] ^= 1;
    Files.write(scratch.resolve("x.txt"), bytes);

    assertThatThrownBy(() -> Digests.sha256(files, file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.txt: it is damaged, its bytes differ from the checksum");
  }
}
