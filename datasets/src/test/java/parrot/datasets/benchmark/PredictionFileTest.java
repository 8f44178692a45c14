package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;

class PredictionFileTest {
  private static final BenchmarkItem ONE = Items.item(1, 'A', "red", "dark\tblue");
  private static final BenchmarkItem TWO = Items.item(2, 'E', "a", "b", "c", "d", "\"e\"");

  @TempDir Path folder;

  @Test
  void bringsBackWhatWasWritten() throws Exception {
    List<Prediction> predictions =
        List.of(
            Prediction.of(ONE, "A\nbecause \"red\"\tis red"),
            Prediction.of(TWO, ""),
            Prediction.missing(Items.item(3, 'B', "x", "y")),
            Prediction.of(Items.item(4, 'B', "犬", "猫"), "nan"));
    var path = new org.apache.hadoop.fs.Path(folder.resolve("p.tsv").toUri());
    PredictionFile.write(ReferenceText.local(), path, predictions);
    assertThat(PredictionFile.read(ReferenceText.local(), path)).isEqualTo(predictions);
    assertThat(Files.readString(folder.resolve("p.tsv")))
        .startsWith(
            "index\tquestion\tA\tB\tC\tD\tE\tanswer\tcategory\tl2-category\tsplit\tprediction\n");
    assertThat(folder.toFile().list()).containsExactly("p.tsv");
  }

  @Test
  void bringsBackWhatWasWrittenAsASpreadsheet() {
    List<Prediction> predictions =
        List.of(
            Prediction.of(ONE, "A\nbecause \"red\" < 'blue' & 007"),
            Prediction.of(TWO, "1.50"),
            Prediction.missing(Items.item(1_000_003, 'B', "x", "y")),
            Prediction.of(Items.item(4, 'B', "犬", "猫"), "=1+1"));
    var path = new org.apache.hadoop.fs.Path(folder.resolve("p.xlsx").toUri());
    PredictionFile.writeSpreadsheet(ReferenceText.local(), path, predictions);

    assertThat(PredictionFile.read(ReferenceText.local(), path)).isEqualTo(predictions);
    assertThat(folder.toFile().list()).containsExactly("p.xlsx");
  }

  @Test
  void keepsGroupsAndReasons() throws Exception {
    BenchmarkItem grouped =
        new BenchmarkItem(
            8,
            "Q",
            ONE.hint(),
            ONE.options(),
            ONE.answer(),
            ONE.open(),
            "",
            "",
            "",
            "7",
            null,
            "",
            java.util.Optional.empty());
    List<Prediction> predictions =
        List.of(
            Prediction.of(grouped, "A"),
            Prediction.missing(ONE.withProblem("line 3 column image: no image")));
    var path = new org.apache.hadoop.fs.Path(folder.resolve("p.tsv").toUri());
    PredictionFile.write(ReferenceText.local(), path, predictions);
    assertThat(PredictionFile.read(ReferenceText.local(), path)).isEqualTo(predictions);
  }

  @Test
  void readsTheSpreadsheetsOfVlmevalkit() {
    List<Prediction> predictions =
        PredictionFile.read(
            ReferenceText.local(),
            new org.apache.hadoop.fs.Path(
                getClass().getResource("/benchmark/MMMB_en.xlsx").toString()));
    assertThat(predictions).isNotEmpty().allMatch(one -> one.text().isPresent());
    assertThat(predictions.get(0).item().index()).isZero();
    assertThat(predictions.get(0).item().options()).hasSize(4);
  }

  @Test
  void saysThatASpreadsheetIsDamaged() throws Exception {
    var path = ReferenceText.write(folder, "MMMB_en.xlsx", "no zip file");
    assertThatThrownBy(() -> PredictionFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it is not an Excel file, or a damaged one");
  }

  @Test
  void takesTheAnswersOfTheBenchmark() {
    BenchmarkItem corrected = Items.item(1, 'B', "red", " dark blue");
    assertThat(PredictionFile.complete(List.of(corrected), List.of(Prediction.of(ONE, "B"))))
        .containsExactly(Prediction.of(corrected, "B"));
  }

  @Test
  void refusesToOverwrite() throws Exception {
    var path = ReferenceText.write(folder, "p.tsv", "");
    assertThatThrownBy(
            () ->
                PredictionFile.write(ReferenceText.local(), path, List.of(Prediction.missing(ONE))))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write " + path + ": ");
  }

  @Test
  void refusesAFileWithoutPredictions() throws Exception {
    var path = ReferenceText.write(folder, "p.tsv", "index\tquestion\tA\tB\tanswer\n");
    assertThatThrownBy(() -> PredictionFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read "
                + path
                + " line 1: no column prediction (got A, B, answer, index, question; is it tab-separated?)");
  }

  @Test
  void isCompletedToTheQuestionsOfABenchmark() {
    assertThat(PredictionFile.complete(List.of(ONE, TWO), List.of(Prediction.of(TWO, "E"))))
        .containsExactly(Prediction.missing(ONE), Prediction.of(TWO, "E"));
  }

  @Test
  void refusesPredictionsOfAnotherBenchmark() {
    assertThatThrownBy(
            () -> PredictionFile.complete(List.of(ONE), List.of(Prediction.of(TWO, "E"))))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot score question 2: the benchmark has no such question (were the predictions made on another version of it?)");
    BenchmarkItem changed = Items.item(1, 'A', "red", "blue");
    assertThatThrownBy(
            () -> PredictionFile.complete(List.of(changed), List.of(Prediction.of(ONE, "A"))))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot score question 1: when it was asked it was \"Question 1?\" with options {A=red, B=dark\tblue} (expected \"Question 1?\" with options {A=red, B=blue}");
  }
}
