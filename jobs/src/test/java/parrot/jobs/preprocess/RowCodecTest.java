package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import parrot.datasets.language.Language;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectReason;

class RowCodecTest {
  @Test
  void givesBackRowsWithAndWithoutAnImage() {
    for (byte[] pixels : new byte[][] {null, {}, {1, -2, 3}}) {
      PreparedRow row =
          new PreparedRow(
              new TrainingExample(
                  "número 1",
                  Language.of("tr"),
                  new int[] {1, -200, 3},
                  new int[] {-100, -100, 3},
                  pixels,
                  "a.json:7",
                  new TreeMap<>(
                      Map.of("image_width", 7, "image_group", 7L, "quality", "i7", "empty", ""))),
              new byte[32],
              true,
              new TreeSet<>(List.of("key b not read", "key a not read")),
              new byte[] {5, 6});
      PreparedRow back = RowCodec.decode(RowCodec.encode(row));
      assertThat(back.example()).isEqualTo(row.example());
      assertThat(back.prints()).containsExactly(5, 6);
      assertThat(back.truncated()).isTrue();
      assertThat(back.notes()).isEqualTo(row.notes());
    }
  }

  @Test
  void givesBackRejects() {
    Reject reject = new Reject("a.json:7", "", RejectReason.BROKEN_ROW, "Cannot read row: …");
    assertThat(RowCodec.decodeReject(RowCodec.encode(reject))).isEqualTo(reject);
  }
}
