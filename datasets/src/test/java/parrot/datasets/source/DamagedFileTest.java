package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/** Damage to a file is an error whatever its share, unless one asks to go on at whole rows. */
class DamagedFileTest {
  private static final int ROWS = 9;

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() {
    files = FileSystems.of(new Path(scratch.toUri()), new Configuration());
  }

  /** R stands for a row, the number behind it for its id. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // text | what is said | ids that resynchronising keeps
        "[R1,R2,R3 | breaks off without the closing ']' | 1 2 3",
        "[R1,R2, | breaks off without the closing ']' | 1 2",
        "[R1,R2,{\"id\": \"3\", \"conv | breaks off without the closing ']' | 1 2",
        "[R1 R2,R3] | no comma after the row before ('{') | 1 2 3",
        "[R1,R2]R3 | something follows the end of the array ('{') | 1 2 3",
        "[R1,R2],[R3] | something follows the end of the array (',') | 1 2 3",
        "[R1] garbage [R2] | something follows the end of the array ('g') | 1 2",
        "[R1,R2] <!-- end --> | something follows the end of the array ('<') | 1 2",
        "[R1,~~~~,R2] | a zero byte | 1 2",
        "[R1,{\"id\": \"2~~~~~~~~~~~~R3,R4] | a zero byte | 1 3 4",
        "[R1,[R2,R3],R4] | a list within the list | 1 2 3 4",
        "[R1,{\"id\": \"2, \"x\": \"y\"},R3,R4] | a quote is not closed | 1 3 4",
        "[R1,{\"id\": \"a \"b\" c\"},R3] | a quote is not closed or not escaped | 1 3",
        "[R1,{\"id\": \"2\", \"x\": [1, 2},R3] | '}' in an open list | 1 3",
        "[R1,{\"id\": \"2\", \"x\": {\"y\": 2},R3,R4] | '{' in place of a key | 1 3 4",
        "[R1,\"id\": \"2\"},R3] | no comma after the row before (':') | 1 3",
        "[R1,{\"id\": \"2\", \"fr    al number\"},R3] | a key without a value | 1 3",
        "[R1, // two\\nR2] | a comment | 1 2",
        "R1\\nR2\\n{\"id\": \"3\", \"conv | the file breaks off (was it copied completely?) | 1 2",
        "R1\\n{\"id\": \"2\", \"conv\\nR3\\n | the line breaks off within a text | 1 3",
        "R1\\n{\"id\": \"2\", \"x\": [\\nR3\\n | the line breaks off before its '}' | 1 3",
        "R1,\\nR2,\\n | something follows the object (',') | 1 2",
        "R1\\nR2\\n~~~~~~ | a zero byte | 1 2",
        "R1\\nR2\\n^Z | not an object (byte 0x1A) | 1 2",
        "R1\\nid,image\\nR2\\n | not an object ('i') | 1 2",
        "R1\\n[R2,R3]\\nR4 | not an object ('[') | 1 4",
        "R1\\n<<<<<<< HEAD\\nR2\\n | not an object ('<') | 1 2",
      })
  void isNamedAndLeftOutOnRequest(String text, String problem, String ids) throws IOException {
    byte[] bytes = bytes(text);
    Path file = write("x.json", bytes);
    assertThatThrownBy(() -> LlavaSource.scan(files, file, "x.json", 1, false))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read x.json: it is damaged at byte ")
        .hasMessageContaining(problem)
        .hasMessageMatching(".*the last whole (row|line) is \\d and ends at byte \\d+.*")
        .hasMessageContaining("--resynchronise");

    SourceScan scan = LlavaSource.scan(files, file, "x.json", 1, true);
    assertThat(scan.damages()).isPositive();
    requireEachByte(scan, bytes);
    assertThat(scan.lostBytes()).isLessThan(bytes.length - row("1").length());
    List<SourceRow> rows = read(scan);
    assertThat(read(LlavaSource.scan(files, file, "x.json", 1 << 20, true))).isEqualTo(rows);
    assertThat(rows).hasSize((int) scan.rows());
    assertThat(ids(rows)).isEqualTo(ids);
    assertThat(rows.stream().filter(Reject.class::isInstance).map(r -> ((Reject) r).reason()))
        .hasSize((int) scan.damages())
        .containsOnly(RejectReason.BROKEN_FILE);
  }

  @Test
  void namesByteAndRowsBeforeAndAfter() throws IOException {
    String text = "[" + row("1") + "," + row("2") + " " + row("3") + "]";
    int at = text.lastIndexOf("{\"id\"");
    Path file = write("x.json", text.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> LlavaSource.scan(files, file, "x.json", 1, false))
        .hasMessage(
            "Cannot read x.json: it is damaged at byte "
                + at
                + ": no comma after the row before ('{'). What cannot be read begins at byte "
                + at
                + ", in row 3; the last whole row is 2 and ends at byte "
                + (at - 1)
                + "; the next row begins at byte "
                + at
                + ". Copy or write the file again, or pass --resynchronise, which goes on at the"
                + " next whole row and leaves out bytes "
                + at
                + " to "
                + at);
  }

  @Test
  void staysOneRowsOwnIfItsQuotesAndBracketsPair() throws IOException {
    String text = "[" + row("1") + ", {\"id\": 2, oops}, 42, \"x\", null, " + row("6") + ",]";
    List<SourceRow> rows =
        read(LlavaSource.scan(files, write("x.json", bytes(text)), "x.json", 1, false));
    assertThat(rows).hasSize(6);
    assertThat(ids(rows)).isEqualTo("1 6");
  }

  /** Wherever ranges are cut. */
  @ParameterizedTest
  @ValueSource(longs = {1, 130, 200, 300, 1 << 20})
  void isNoneInARowWithoutContentWhichCounts(long rangeBytes) throws IOException {
    Path file = write("x.json", bytes("[R1,,R2,,,R3,,]"));
    SourceScan scan = LlavaSource.scan(files, file, "x.json", rangeBytes, false);
    List<SourceRow> rows = read(scan);
    assertThat(ids(rows)).isEqualTo("1 2 3");
    assertThat(rows).hasSize((int) scan.rows());
    assertThat(rows)
        .extracting(SourceRow::origin)
        .isEqualTo(IntStream.rangeClosed(1, rows.size()).mapToObj(i -> "x.json:" + i).toList());
  }

  @Test
  void isNoneBetweenArraysThatFollowEachOther() throws IOException {
    String text = "[R1,R2]\\n\\n[R3]\uFEFF[]\\n[R4]\\n";
    List<SourceRow> rows =
        read(LlavaSource.scan(files, write("x.json", bytes(text)), "x.json", 1, false));
    assertThat(ids(rows)).isEqualTo("1 2 3 4");
    assertThat(rows).extracting(SourceRow::origin).contains("x.json:4");
  }

  @Test
  void isNoneBetweenObjectsOnOneLine() throws IOException {
    List<SourceRow> rows =
        read(
            LlavaSource.scan(
                files, write("x.jsonl", bytes("R1R2 R3\\nR4")), "x.jsonl", 1 << 20, false));
    assertThat(ids(rows)).isEqualTo("1 2 3 4");
    assertThat(rows)
        .extracting(SourceRow::origin)
        .containsExactly("x.jsonl:1", "x.jsonl:1", "x.jsonl:1", "x.jsonl:2");
  }

  @Test
  void isNoneInBlankLinesOfAnyScript() throws IOException {
    String text = "\uFEFFR1\\n\u00A0\\n\uFEFFR2\u3000\\n\u2028\\n\\r\\nR3\u200B";
    List<SourceRow> rows =
        read(LlavaSource.scan(files, write("x.jsonl", bytes(text)), "x.jsonl", 1, false));
    assertThat(ids(rows)).isEqualTo("1 2 3");
  }

  /** Wherever a file breaks off, and whatever byte of it is lost, no other row is lost with it. */
  @Test
  void costsNoOtherRowWhateverIsCutOrOverwritten() throws IOException {
    Random random = new Random(17);
    for (boolean array : new boolean[] {true, false}) {
      StringBuilder text = new StringBuilder(array ? "[\n" : "");
      for (int i = 1; i <= ROWS; i++) {
        text.append(row(String.valueOf(i)));
        text.append(array ? (i < ROWS ? ",\n" : "\n]") : "\n");
      }
      byte[] whole = bytes(text.toString());
      for (int turn = 0; turn < 300; turn++) {
        byte[] damaged;
        int at = random.nextInt(whole.length - 120) + 110;
        if (turn % 2 == 0) {
          damaged = Arrays.copyOf(whole, at);
        } else {
          damaged = whole.clone();
          damaged[at] = (byte) "\0\"{}[],\\ x".charAt(random.nextInt(10));
        }
        Path file = write("x.json", damaged);
        SourceScan scan = LlavaSource.scan(files, file, "x.json", turn % 3 * 300, true);
        requireEachByte(scan, damaged);
        List<SourceRow> rows = read(scan);
        assertThat(rows).hasSize((int) scan.rows());
        long kept = rows.stream().filter(SourceExample.class::isInstance).count();
        long least = turn % 2 == 0 ? (at - 4) / (row("1").length() + 2) : ROWS - 2;
        assertThat(kept).as("turn %d at %d of %s", turn, at, array).isBetween(least, (long) ROWS);
        if (scan.damages() > 0) {
          assertThatThrownBy(() -> LlavaSource.scan(files, file, "x.json", 50, false))
              .isInstanceOf(DataException.class);
        }
      }
    }
  }

  /** What is neither in a range of rows nor lost is what stands between rows. */
  private static void requireEachByte(SourceScan scan, byte[] text) {
    assertThat(scan.bytes()).isEqualTo(text.length);
    assertThat(scan.sha256()).isEqualTo(Digests.sha256(text));
    int end = 0;
    for (SourceRange range : scan.ranges()) {
      requireBetween(text, end, (int) range.start());
      end = (int) range.end();
    }
    requireBetween(text, end, text.length);
  }

  private static void requireBetween(byte[] text, int from, int to) {
    assertThat(new String(text, from, to - from, StandardCharsets.UTF_8)).matches("[\\s,\\[\\]]*");
  }

  private static String row(String id) {
    return ("{'id': '%s', 'conversations': [{'from': 'human', 'value': 'Hi \\'],['},"
            + " {'from': 'gpt', 'value': 'Ho %s'}]}")
        .formatted(id, id)
        .replace('\'', '"');
  }

  private static byte[] bytes(String text) {
    String rows = text;
    for (int i = 1; i <= ROWS; i++) {
      rows = rows.replace("R" + i, row(String.valueOf(i)));
    }
    return rows.replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace('~', '\0')
        .replace("^Z", "\u001A")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String ids(List<SourceRow> rows) {
    return String.join(
        " ",
        rows.stream()
            .filter(SourceExample.class::isInstance)
            .map(row -> ((SourceExample) row).id())
            .toList());
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

  private Path write(String name, byte[] bytes) throws IOException {
    Files.write(scratch.resolve(name), bytes);
    return new Path(scratch.resolve(name).toUri());
  }
}
