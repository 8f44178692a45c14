package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import parrot.datasets.conversation.ConversationRules;
import parrot.datasets.conversation.ConversationRules.LastQuestion;
import parrot.datasets.conversation.ConversationRules.Turns;
import parrot.datasets.record.RecordFormat;

/** Rows as people have them: what becomes of each. */
class FieldRowsTest {
  private static final ConversationRules STRICT =
      new ConversationRules(Turns.REJECT, LastQuestion.REJECT);

  @Test
  void areUsedOrRejectedWithTheReasonThatFits() throws IOException {
    Map<String, SourceRow> rows = read(RowReader.DEFAULT);
    Map<RejectReason, List<String>> rejected =
        rows.entrySet().stream()
            .filter(row -> row.getValue() instanceof Reject)
            .collect(
                Collectors.groupingBy(
                    row -> ((Reject) row.getValue()).reason(),
                    TreeMap::new,
                    Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
    assertThat(rejected)
        .isEqualTo(
            Map.of(
                RejectReason.IMAGE_WITHOUT_IMAGE_TOKEN,
                List.of("image_path-notok", "images-key-notok", "k1", "k2", "k4", "pipe-image-tok"),
                RejectReason.OTHER_MEDIA,
                List.of("k3"),
                RejectReason.IMAGE_TOKEN_MISPLACED,
                List.of("img-in-system"),
                RejectReason.IMAGE_TOKEN_WITHOUT_IMAGE,
                List.of("image-literal-text"),
                RejectReason.EMPTY,
                List.of("empty-conv"),
                RejectReason.EMPTY_TURN,
                List.of("value-empty"),
                RejectReason.BAD_FIELD,
                List.of("nested", "text-instead-of-value")));
  }

  @Test
  void haveTheirImagesAndSystemTexts() throws IOException {
    Map<String, SourceRow> rows = read(RowReader.DEFAULT);
    for (String id : List.of("images-key", "img-list1", "image-dict", "img-every-turn")) {
      assertThat(example(rows, id).imagePath()).contains("ok.png");
    }
    for (String id : List.of("image-empty", "image-emptylist", "image-list-empty")) {
      assertThat(example(rows, id).imagePath()).isEmpty();
    }
    assertThat(example(rows, "k5").conversation().turns().get(0).value())
        .isEqualTo("You are a pirate. Answer like one.");
  }

  @Test
  void nameWhatWasChangedAndNotRead() throws IOException {
    Map<String, SourceRow> rows = read(RowReader.DEFAULT);
    assertThat(example(rows, "k6").notes()).containsExactly("key lang not read");
    for (String id : List.of("gpt-first", "gpt-first-img", "gpt-gpt", "human-human")) {
      assertThat(example(rows, id).notes())
          .containsExactly("turns that do not alternate, kept as they are");
    }
    for (String id : List.of("img-every-turn", "img-twice-same-turn")) {
      assertThat(example(rows, id).notes())
          .containsExactly("<image> repeated, of which the first counts");
    }
    assertThat(example(rows, "ends-human").notes())
        .containsExactly("last question without an answer, left out");
    assertThat(example(rows, "img-end").notes()).isEmpty();
  }

  @Test
  void areRejectedIfTheOptionsSaySo() throws IOException {
    Map<String, SourceRow> rows = read(new RowReader(RecordFormat.LLAVA, STRICT));
    for (String id : List.of("gpt-first", "gpt-first-img", "gpt-gpt", "human-human")) {
      assertThat(((Reject) rows.get(id)).reason()).isEqualTo(RejectReason.NOT_ALTERNATING);
    }
    assertThat(((Reject) rows.get("ends-human")).reason()).isEqualTo(RejectReason.NO_ANSWER);
    assertThat(((Reject) rows.get("images-key")).reason()).isEqualTo(RejectReason.OTHER_MEDIA);
    assertThat(((Reject) rows.get("role-user")).reason()).isEqualTo(RejectReason.UNKNOWN_ROLE);
    assertThat(rows.get("img-end")).isInstanceOf(SourceExample.class);
  }

  private static SourceExample example(Map<String, SourceRow> rows, String id) {
    return (SourceExample) rows.get(id);
  }

  private static Map<String, SourceRow> read(RowReader reader) throws IOException {
    Map<String, SourceRow> rows = new TreeMap<>();
    try (InputStream in = FieldRowsTest.class.getResourceAsStream("rows-from-the-field.jsonl")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        SourceRow row = reader.read(line.getBytes(StandardCharsets.UTF_8), "line");
        rows.put(row instanceof Reject reject ? reject.id() : ((SourceExample) row).id(), row);
      }
    }
    return rows;
  }
}
