package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.conversation.Conversation;
import parrot.datasets.conversation.Turn;
import parrot.datasets.storage.FileSystems;

class LlavaSourceTest {
  private static final String GOOD =
      """
      {"id": "7", "image": "a/b.png", "language": "ar", "model": "x", "conversations": [
        {"from": "human", "value": "<image>\\nما هذا؟ \\"],["},
        {"from": "gpt", "value": "{مربع}"}]}""";
  private static final Conversation GOOD_TURNS =
      new Conversation(List.of(Turn.human("<image>\nما هذا؟ \"],["), Turn.gpt("{مربع}")));

  private static final SortedSet<String> MODEL = new TreeSet<>(List.of("key model not read"));

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() {
    files = FileSystems.of(new Path(scratch.toUri()), new Configuration());
  }

  @Test
  void readsAnArrayAndNamesFieldsThatItDoesNotRead() throws IOException {
    assertThat(read("x.json", "[" + GOOD + " ,\n" + GOOD.replace("\"7\"", "8") + "]\n"))
        .containsExactly(
            new SourceExample(
                "7", Optional.of("ar"), Optional.of("a/b.png"), GOOD_TURNS, "x.json:1", MODEL),
            new SourceExample(
                "8", Optional.of("ar"), Optional.of("a/b.png"), GOOD_TURNS, "x.json:2", MODEL));
  }

  @Test
  void readsLinesAndNumbersThemAsAnEditorDoes() throws IOException {
    String line = GOOD.replace("\n", " ");
    assertThat(read("x.jsonl", "\n" + line + "\r\n\n" + line))
        .extracting(SourceRow::origin)
        .containsExactly("x.jsonl:2", "x.jsonl:4");
  }

  @Test
  void takesTheOriginForTheIdOfARowWithoutOneAndNeedsNoImage() throws IOException {
    String row = turns("{'from':'human','value':'Hi'},{'from':'gpt','value':'Ho'}");
    assertThat(read("x.json", "[" + row + "]"))
        .containsExactly(
            new SourceExample(
                "x.json:1",
                Optional.empty(),
                Optional.empty(),
                new Conversation(List.of(Turn.human("Hi"), Turn.gpt("Ho"))),
                "x.json:1",
                new TreeSet<>()));
  }

  @Test
  void givesTheSameRowsHoweverTheFileIsCut() throws IOException {
    StringBuilder array = new StringBuilder("\uFEFF [");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      String row =
          i % 7 == 3
              ? "{\"id\": " + i + ", oops}"
              : GOOD.replace("\"7\"", "\"" + i + "\"").replace("مربع", "م".repeat(i * i));
      array.append(i == 0 ? "" : ",").append(row);
      lines.append(row.replace("\n", " ")).append(i % 5 == 0 ? "\n\n" : "\n");
    }
    for (String text : List.of(array + "]", lines.toString())) {
      Path file = write("x.json", text);
      List<SourceRow> whole = read(file, LlavaSource.RANGE_BYTES);
      assertThat(whole).hasSize(40);
      assertThat(whole.stream().filter(Reject.class::isInstance)).hasSize(6);
      for (long rangeBytes : new long[] {1, 300, 1000, 5000}) {
        SourceScan scan = LlavaSource.scan(files, file, "x.json", rangeBytes, false);
        assertThat(scan.rows()).isEqualTo(40);
        assertThat(scan.ranges()).hasSizeGreaterThan(3);
        assertThat(read(file, rangeBytes)).isEqualTo(whole);
      }
    }
  }

  @Test
  void readsObjectsThatShareALine() throws IOException {
    String line = GOOD.replace("\n", " ");
    assertThat(read("x.jsonl", line + line + "\n" + line + " " + line))
        .hasSize(4)
        .allMatch(SourceExample.class::isInstance);
  }

  @Test
  void setsAsideLinesThatAreNotObjects() throws IOException {
    String line = GOOD.replace("\n", " ");
    List<SourceRow> rows =
        read("x.jsonl", String.join("\n", line, "null", "\"\"", "// {", "-1 ", "\"a", line, "0"));
    assertThat(rows).hasSize(8);
    assertThat(rows.get(6)).isInstanceOf(SourceExample.class);
    assertReject(rows.get(1), RejectReason.BROKEN_ROW, "x.jsonl:2", "got null");
    assertReject(rows.get(2), RejectReason.BROKEN_ROW, "x.jsonl:3", "got a text");
    assertReject(rows.get(3), RejectReason.BROKEN_ROW, "x.jsonl:4", "'// {'");
    assertReject(rows.get(4), RejectReason.BROKEN_ROW, "x.jsonl:5", "got -1");
    assertReject(rows.get(5), RejectReason.BROKEN_ROW, "x.jsonl:6", "breaks off");
    assertReject(rows.get(7), RejectReason.BROKEN_ROW, "x.jsonl:8", "got 0");
  }

  @Test
  void setsAsideRowsWithTheReason() throws IOException {
    String human = "{'from':'human','value':'Hi'}";
    String gpt = "{'from':'gpt','value':'Ho'}";
    String imaged = "{'from':'human','value':'<image> Hi'}";
    List<SourceRow> rows =
        read(
            "x.json",
            "["
                + String.join(
                    ",",
                    turns(human),
                    turns("{'from':'narrator','value':'Hi'}," + gpt),
                    turns(imaged + "," + gpt),
                    turns(human + "," + gpt).replace("{\"conv", "{\"image\":\"a.png\",\"conv"),
                    turns(human + ",{'from':'gpt','value':' '}"),
                    turns(gpt + "," + human),
                    "{\"id\":\"n\"}",
                    "42",
                    "",
                    "{\"conversations\":[{\"from\":\"human\",\"value\":3}]}",
                    turns(imaged + "," + gpt).replace("{\"conv", "{\"image\":[\"a\",\"b\"],\"conv"))
                + "]");

    assertReject(rows.get(0), RejectReason.NO_ANSWER, "x.json:1", "no answer to learn");
    assertReject(
        rows.get(1),
        RejectReason.UNKNOWN_ROLE,
        "x.json:2",
        "turn 1: Invalid role: narrator (must be");
    assertReject(rows.get(2), RejectReason.IMAGE_TOKEN_WITHOUT_IMAGE, "x.json:3", "names no image");
    assertReject(
        rows.get(3), RejectReason.IMAGE_WITHOUT_IMAGE_TOKEN, "x.json:4", "no question holds");
    assertReject(rows.get(4), RejectReason.EMPTY_TURN, "x.json:5", "turn 2, from gpt, is empty");
    assertReject(rows.get(5), RejectReason.NO_ANSWER, "x.json:6", "no answer follows a question");
    assertReject(
        rows.get(6),
        RejectReason.BAD_FIELD,
        "x.json:7",
        "no key conversations, messages, conversation, instruction and output (it has id; name its");
    assertReject(rows.get(7), RejectReason.BROKEN_ROW, "x.json:8", "not a JSON object (got 42)");
    assertReject(rows.get(8), RejectReason.BROKEN_ROW, "x.json:9", "got nothing");
    assertReject(rows.get(9), RejectReason.BAD_FIELD, "x.json:10", "value of turn 1: 3");
    assertReject(rows.get(10), RejectReason.SEVERAL_IMAGES, "x.json:11", "names 2 images");
    assertThat(rows).hasSize(11);
  }

  private static String turns(String turns) {
    return ("{'conversations':[" + turns + "]}").replace('\'', '"');
  }

  @Test
  void rejectsInOneLineWhateverTheRowHolds() throws IOException {
    String role = "human\\n" + "x".repeat(500);
    List<SourceRow> rows =
        read("x.json", "[" + turns("{\"from\":\"" + role + "\",\"value\":\"Q\"}") + "]");
    assertThat(((Reject) rows.get(0)).message())
        .startsWith("Cannot use conversation: turn 1: Invalid role: human xxx")
        .hasSizeLessThan(300);
  }

  private static void assertReject(
      SourceRow row, RejectReason reason, String origin, String message) {
    assertThat(row).isInstanceOf(Reject.class);
    Reject reject = (Reject) row;
    assertThat(reject.message()).contains(message);
    assertThat(reject.reason()).isEqualTo(reason);
    assertThat(reject.origin()).isEqualTo(origin);
  }

  private List<SourceRow> read(String name, String text) throws IOException {
    return read(write(name, text), LlavaSource.RANGE_BYTES);
  }

  private List<SourceRow> read(Path file, long rangeBytes) throws IOException {
    List<SourceRow> all = new ArrayList<>();
    for (SourceRange range :
        LlavaSource.scan(files, file, file.getName(), rangeBytes, false).ranges()) {
      try (LlavaSource.Rows rows = LlavaSource.read(files, range, RowReader.DEFAULT)) {
        rows.forEachRemaining(all::add);
      }
    }
    return all;
  }

  private Path write(String name, String text) throws IOException {
    Files.writeString(scratch.resolve(name), text);
    return new Path(scratch.resolve(name).toUri());
  }
}
