package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;
import parrot.datasets.language.Language;

/** Whatever happens to a file, it is read, or refused in words: never an unexpected exception. */
class MutatedTablesTest {
  /** Of each kind. */
  private static final int MUTATIONS = Integer.getInteger("parrot.mutations", 500);

  private static final String[] PIECES = {
    "\t", "\n", "\"", "\r", "nan", "-1", "1000000", "[", "['a', 'b']", "data:,", "\u0000", "E"
  };

  @TempDir Path folder;

  private static byte[] table(String lastColumn, String cell) {
    StringBuilder rows =
        new StringBuilder("index\tquestion\tA\tB\tC\tanswer\tg_index\t" + lastColumn);
    for (int i = 0; i < 12; i++) {
      rows.append("\n%d\tWhat is %d?\tone\t\"two\"\tthree\tB\t%d\t%s".formatted(i, i, i / 3, cell));
    }
    return rows.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] mutate(byte[] whole, Random random) {
    int at = random.nextInt(whole.length);
    switch (random.nextInt(4)) {
      case 0:
        return java.util.Arrays.copyOf(whole, at);
      case 1:
        byte[] changed = whole.clone();
        changed[at] = (byte) random.nextInt(256);
        return changed;
      default:
        byte[] piece = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
        int end = Math.min(whole.length, at + random.nextInt(30));
        byte[] replaced = new byte[whole.length - (end - at) + piece.length];
        System.arraycopy(whole, 0, replaced, 0, at);
        System.arraycopy(piece, 0, replaced, at, piece.length);
        System.arraycopy(whole, end, replaced, at + piece.length, whole.length - end);
        return replaced;
    }
  }

  private org.apache.hadoop.fs.Path write(String name, byte[] content) throws Exception {
    return new org.apache.hadoop.fs.Path(Files.write(folder.resolve(name), content).toUri());
  }

  @Test
  void benchmarksAreReadOrRefusedInWords() throws Exception {
    byte[] whole = table("image", Base64.getEncoder().encodeToString(new byte[90]));
    Random random = new Random(3);
    for (int i = 0; i < MUTATIONS; i++) {
      var path = write("MMMB_en.tsv", mutate(whole, random));
      try {
        List<BenchmarkItem> items = BenchmarkFile.read(ReferenceText.local(), path).items();
        assertThat(items)
            .allMatch(item -> item.problem().isPresent() || item.image().length > 0)
            .allMatch(item -> item.problem().isPresent() || item.options().size() > 1);
      } catch (DataException e) {
        assertThat(e.getMessage()).startsWith("Cannot ");
      } catch (RuntimeException e) {
        fail("mutation " + i + " of\n" + Files.readString(folder.resolve("MMMB_en.tsv")), e);
      }
    }
  }

  @Test
  void openQuestionsAreReadAndScoredOrRefusedInWords() throws Exception {
    String[] answers = {"yes", "no", "['a', 'b']", "14"};
    StringBuilder table = new StringBuilder("index\tquestion\tanswer\tkind\tprediction");
    for (int i = 0; i < 12; i++) {
      String kind = AnswerKind.values()[i % 5].label();
      table.append("\n%d\tWhat?\t%s\t%s\tyes".formatted(i, answers[i % 4], kind));
    }
    byte[] whole = table.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    Random random = new Random(6);
    for (int i = 0; i < MUTATIONS; i++) {
      var path = write("POPE_en.tsv", mutate(whole, random));
      try {
        Scores scores =
            Scores.of(Map.of(Language.EN, PredictionFile.read(ReferenceText.local(), path)));
        assertThat(scores.table()).isNotEmpty();
      } catch (DataException e) {
        assertThat(e.getMessage()).startsWith("Cannot ");
      } catch (RuntimeException e) {
        fail("mutation " + i + " of\n" + Files.readString(folder.resolve("POPE_en.tsv")), e);
      }
    }
  }

  @Test
  void predictionsAreScoredOrRefusedInWords() throws Exception {
    byte[] whole = table("prediction", "B");
    Random random = new Random(4);
    for (int i = 0; i < MUTATIONS; i++) {
      var path = write("MMMB_en.tsv", mutate(whole, random));
      try {
        Scores scores =
            Scores.of(Map.of(Language.EN, PredictionFile.read(ReferenceText.local(), path)));
        assertThat(scores.table()).isNotEmpty();
      } catch (DataException e) {
        assertThat(e.getMessage()).startsWith("Cannot ");
      } catch (RuntimeException e) {
        fail("mutation " + i + " of\n" + Files.readString(folder.resolve("MMMB_en.tsv")), e);
      }
    }
  }

  @Test
  void predictionsInJsonLinesAreScoredOrRefusedInWords() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      lines.append(
          "{\"index\": %d, \"question\": \"What?\", \"A\": \"one\", \"B\": 2, \"answer\": \"B\", \"prediction\": \"2\"}\n"
              .formatted(i));
    }
    byte[] whole = lines.toString().getBytes(StandardCharsets.UTF_8);
    Random random = new Random(7);
    for (int i = 0; i < MUTATIONS; i++) {
      var path = write("MMMB_en.jsonl", mutate(whole, random));
      try {
        Scores scores =
            Scores.of(Map.of(Language.EN, PredictionFile.read(ReferenceText.local(), path)));
        assertThat(scores.table()).isNotEmpty();
      } catch (DataException e) {
        assertThat(e.getMessage()).startsWith("Cannot ");
      } catch (RuntimeException e) {
        fail("mutation " + i + " of\n" + Files.readString(folder.resolve("MMMB_en.jsonl")), e);
      }
    }
  }

  @Test
  void spreadsheetsAreReadOrRefusedInWords() throws Exception {
    byte[] whole = getClass().getResourceAsStream("/benchmark/MMMB_en.xlsx").readAllBytes();
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      var path = write("MMMB_en.xlsx", mutate(whole, random));
      try {
        assertThat(PredictionFile.read(ReferenceText.local(), path)).isNotEmpty();
      } catch (DataException e) {
        assertThat(e.getMessage()).startsWith("Cannot ");
      }
    }
  }
}
