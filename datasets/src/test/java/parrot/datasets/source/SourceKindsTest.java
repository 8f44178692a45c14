package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.storage.FileSystems;

/** What a file is packed in, and what it is if it has no rows, is told by its content. */
class SourceKindsTest {
  private static final String ROW =
      "{\"id\": \"%d\", \"conversations\": [{\"from\": \"human\", \"value\": \"颜色 naïve 🦜?\"},"
          + " {\"from\": \"gpt\", \"value\": \"红色\"}]}";
  private static final int ROWS = 400;

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() {
    files = FileSystems.of(new Path(scratch.toUri()), new Configuration());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "zstd", "bzip2", "xz"})
  void readsCompressedFilesInOneRange(String format) throws IOException, CompressorException {
    for (String text : List.of(lines(), "[" + lines().strip().replace("\n", ",") + "]")) {
      byte[] packed = pack(format, text.getBytes(StandardCharsets.UTF_8));
      SourceScan scan = scan(packed, false);
      assertThat(scan.ranges()).hasSize(1);
      assertThat(read(scan)).hasSize(ROWS).allMatch(SourceExample.class::isInstance);
      assertThat(read(scan(pack("gz", packed), false))).hasSize(ROWS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "zstd", "bzip2", "xz"})
  void readsCompressedPartsThatFollowEachOther(String format)
      throws IOException, CompressorException {
    byte[] part = pack(format, lines().getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(part);
    both.write(part);
    assertThat(read(scan(both.toByteArray(), false))).hasSize(2 * ROWS);
  }

  /** As tapes and copies of block devices leave them. */
  @Test
  void passesOverZeroBytesBehindGzipButNotOverOthers() throws IOException, CompressorException {
    byte[] packed = pack("gz", lines().getBytes(StandardCharsets.UTF_8));
    byte[] padded = Arrays.copyOf(packed, packed.length + 512);
    assertThat(read(scan(padded, false))).hasSize(ROWS);
    padded[padded.length - 1] = 'x';
    assertThatThrownBy(() -> scan(padded, false)).isInstanceOf(DamagedFileException.class);
    assertThat(read(scan(padded, true)).subList(0, ROWS)).allMatch(SourceExample.class::isInstance);
  }

  @ParameterizedTest
  @CsvSource({"gz,gzip", "zstd,zstd", "bzip2,bzip2"})
  void tellsThatCompressedDataBreaksOff(String format, String name)
      throws IOException, CompressorException {
    byte[] packed = pack(format, lines().getBytes(StandardCharsets.UTF_8));
    for (int length : new int[] {packed.length / 2, packed.length - 3, 5}) {
      byte[] cut = Arrays.copyOf(packed, length);
      assertThatThrownBy(() -> scan(cut, false))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("the " + name + " data breaks off or is damaged");
      SourceScan rest = scan(cut, true);
      assertThat(read(rest)).hasSize((int) rest.rows());
    }
    // bzip2 has one block of all; the others give what they have.
    SourceScan most = scan(Arrays.copyOf(packed, packed.length - 3), true);
    assertThat(most.rows()).isGreaterThan(format.equals("gz") ? ROWS - 5 : 0);
    byte[] longer = Arrays.copyOf(packed, packed.length + 7);
    Arrays.fill(longer, packed.length, longer.length, (byte) 'x');
    assertThatThrownBy(() -> scan(longer, false)).isInstanceOf(DamagedFileException.class);
  }

  @Test
  void saysHowManyBytesCouldBeUnpacked() throws IOException, CompressorException {
    byte[] packed = pack("gz", lines().getBytes(StandardCharsets.UTF_8));
    byte[] cut = Arrays.copyOf(packed, packed.length / 2);
    SourceScan rest = scan(cut, true);

    assertThat(rest.isPacked()).isTrue();
    assertThatThrownBy(() -> scan(cut, false))
        .hasMessageContaining(
            String.format(
                Locale.ROOT,
                "(%,d bytes of text could be unpacked from the file's %,d bytes; what is lost"
                    + " behind them is not counted)",
                rest.bytes(),
                cut.length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void readsUtf16AndUtf32WithAndWithoutAByteOrderMark(String charset) throws IOException {
    for (String mark : new String[] {"", "\uFEFF"}) {
      for (String text : List.of(lines(), "[" + lines().strip().replace("\n", ",") + "]")) {
        List<SourceRow> rows = read(scan((mark + text).getBytes(Charset.forName(charset)), false));
        assertThat(rows).hasSize(ROWS);
        assertThat(((SourceExample) rows.get(7)).conversation().turns().get(0).value())
            .isEqualTo("颜色 naïve 🦜?");
      }
    }
    byte[] bytes = lines().getBytes(Charset.forName(charset));
    assertThatThrownBy(() -> scan(Arrays.copyOf(bytes, bytes.length - 1), false))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("the " + charset + " data breaks off or is damaged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id,image,q,a\\n1,a.png,hi,ho\\n | a table with commas (CSV)",
        "id\\timage\\n1\\ta.png\\n | a table with tabs (TSV)",
        "<!DOCTYPE html><html>404</html> | an HTML page",
        "version https://git-lfs.github.com/spec/v1\\noid sha256:1\\n | a git-lfs pointer",
        "PAR1xxxxxxxx | a Parquet file",
        "// my data\\n[] | text with a comment, which JSON does not have",
        "# Title | text with a comment or a heading",
        "PK\u0003\u0004xx | a zip archive",
        "id;image\\n1;a.png | a table with semicolons (CSV)",
        "Dear all, this is prose.\\nIt goes on. | text that is not JSON; it begins with 'Dear all,",
        "hello | text that is not JSON; it begins with 'hello'",
      })
  void saysWhatAFileIsThatHasNoRows(String text, String kind) {
    byte[] bytes = text.replace("\\n", "\n").replace("\\t", "\t").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> scan(bytes, false))
        .isInstanceOf(NotRowsException.class)
        .hasMessageStartingWith("Cannot read x: neither a JSON array nor JSON lines; it is ")
        .hasMessageContaining(kind);
  }

  @Test
  void saysWhatIsInsideOfACompressedFile() throws CompressorException, IOException {
    byte[] packed = pack("gz", "PAR1xxxxxxxx".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> scan(packed, false))
        .hasMessageContaining("a Parquet file; decompress it (inside gzip)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\\n \"id\": 1,\\n \"conversations\": []\\n} | one JSON object over several lines, not JSON lines | false",
        "{\\n \"id\": 1\\n}\\n{\\n \"id\": 2\\n} | JSON objects over several lines, not JSON lines | false",
        "{\\n \"version\": 1,\\n \"data\": [{\"conversations\": []}]\\n} | holds the rows under 'data' | false",
        "{\"data\": [{\"conversations\": []}]} | holds the rows under 'data' | false",
        "{\"a\": {\"conversations\": []}, \"b\": {}} | holds each row under a key | false",
        "{\"a\": {\"file_name\": \"x\"}} | one JSON object without turns | true",
        "{\\n \"a\": {\"file_name\": \"x\"}\\n} | one JSON object over several lines, not JSON lines | true",
      })
  void saysWhatAnObjectIsThatIsNotARow(String text, String kind, boolean certain) {
    byte[] bytes = text.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> scan(bytes, false))
        .isInstanceOfSatisfying(
            NotRowsException.class, e -> assertThat(e.isCertain()).isEqualTo(certain))
        .hasMessageContaining(kind);
  }

  @Test
  void knowsJsonThatWasEncodedTwice() {
    byte[] twice = "\"[{\\\"id\\\": 1}]\"".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> scan(twice, false)).hasMessageContaining("JSON inside a text");
  }

  @Test
  void tellsShortFilesByWhatTheyHave() {
    assertThatThrownBy(() -> scan(new byte[] {'x'}, false)).hasMessageContaining("begins with 'x'");
    assertThatThrownBy(() -> scan(new byte[] {'['}, false))
        .hasMessageContaining("the file breaks off without the closing ']'");
  }

  @Test
  void hasNoRowsInNothing() throws IOException {
    for (String text : new String[] {"", " ", "\n", " \n\n", "[]", "\uFEFF"}) {
      assertThat(scan(text.getBytes(StandardCharsets.UTF_8), false).rows()).isZero();
    }
  }

  private static String lines() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      lines.append(ROW.formatted(i)).append('\n');
    }
    return lines.toString();
  }

  private static byte[] pack(String format, byte[] bytes) throws IOException, CompressorException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        new CompressorStreamFactory().createCompressorOutputStream(format, packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private SourceScan scan(byte[] bytes, boolean resynchronise) throws IOException {
    Files.write(scratch.resolve("x"), bytes);
    Path file = new Path(scratch.resolve("x").toUri());
    return LlavaSource.scan(files, file, "x", 1, resynchronise);
  }

  private List<SourceRow> read(SourceScan scan) throws IOException {
    List<SourceRow> all = new ArrayList<>();
    for (SourceRange range : scan.ranges()) {
      try (LlavaSource.Rows rows = LlavaSource.read(files, range, RowReader.DEFAULT)) {
        rows.forEachRemaining(all::add);
      }
    }
    return all;
  }
}
