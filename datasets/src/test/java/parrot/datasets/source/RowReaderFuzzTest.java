package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import parrot.datasets.record.RecordFormat;

/** Rows of known keys with any values: each becomes an example or a reject. */
class RowReaderFuzzTest {
  private static final List<String> KEYS =
      List.of(
          "id",
          "conversations",
          "messages",
          "from",
          "role",
          "value",
          "content",
          "image",
          "images",
          "system",
          "language",
          "instruction",
          "input",
          "output",
          "history",
          "type",
          "text",
          "path",
          "bytes",
          "url",
          "image_url",
          "video",
          "audio",
          "tools",
          "weight",
          "label",
          "meta",
          "");
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1.5",
          "NaN",
          "1e400",
          "\"\"",
          "\" \"",
          "\"human\"",
          "\"gpt\"",
          "\"user\"",
          "\"assistant\"",
          "\"system\"",
          "\"<image>\"",
          "\"<video> x\"",
          "\"Hello\"",
          "\"a.png\"",
          "\"data:image/png;base64,A\"",
          "\"<|im_end|>\"",
          "\"text\"",
          "\"image\"",
          "\"\\ud83e\"");

  private final Random random = new Random(7);

  @Test
  void becomeAnExampleOrAReject() {
    Set<RejectReason> reasons = EnumSet.noneOf(RejectReason.class);
    int examples = 0;
    for (int i = 0; i < 20_000; i++) {
      RecordFormat format =
          RecordFormat.named().values().stream().skip(random.nextInt(5)).findFirst().orElseThrow();
      String row = i % 2 == 0 ? object(4) : conversation();
      SourceRow read =
          new RowReader(format, RowReader.DEFAULT.rules())
              .read(row.getBytes(StandardCharsets.UTF_8), "x:1");
      if (read instanceof Reject reject) {
        reasons.add(reject.reason());
        assertThat(reject.message()).doesNotContain("com.fasterxml", "Exception", "java.");
      } else {
        examples++;
      }
    }
    assertThat(examples).isGreaterThan(50);
    assertThat(reasons)
        .contains(
            RejectReason.BAD_FIELD,
            RejectReason.OTHER_MEDIA,
            RejectReason.UNUSED_FIELD,
            RejectReason.SEVERAL_IMAGES,
            RejectReason.UNKNOWN_ROLE);
  }

  /** A row that is mostly as it should be. */
  private String conversation() {
    return "{\"conversations\":[{\"from\":%s,\"value\":%s},{\"from\":\"gpt\",\"value\":%s}],%s:%s}"
        .formatted(
            random.nextInt(4) == 0 ? any(1) : "\"human\"",
            random.nextInt(4) == 0 ? any(2) : "\"Hello <image>\"",
            random.nextInt(4) == 0 ? any(1) : "\"Ho\"",
            "\"" + one(KEYS) + "\"",
            any(3));
  }

  private String any(int depth) {
    return switch (depth == 0 ? 0 : random.nextInt(4)) {
      case 2 -> object(depth - 1);
      case 3 -> "[" + any(depth - 1) + "," + any(depth - 1) + "]";
      default -> one(VALUES);
    };
  }

  private String object(int depth) {
    StringBuilder object = new StringBuilder("{");
    for (int left = random.nextInt(4); left >= 0; left--) {
      object.append('"').append(one(KEYS)).append("\":").append(any(depth));
      object.append(left == 0 ? "}" : ",");
    }
    return object.toString();
  }

  private String one(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}
