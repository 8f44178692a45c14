package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;

class RotationsTest {
  @Test
  void areThoseOfTheReference() {
    Path path = new Path(getClass().getResource("/text/circular-predictions.tsv").toString());
    List<BenchmarkItem> rows =
        PredictionFile.read(ReferenceText.local(), path).stream().map(Prediction::item).toList();
    QuestionRows grouped = QuestionRows.of(rows);
    List<BenchmarkItem> unrotated = rows.stream().filter(grouped::isQuestion).toList();
    assertThat(unrotated).hasSize(24);
    assertThat(Rotations.of(unrotated)).containsExactlyElementsOf(rows);
  }

  @Test
  void keepTheLettersOfOptionsWithAGap() {
    BenchmarkItem item =
        new BenchmarkItem(
            7,
            "Which?",
            Optional.empty(),
            new TreeMap<>(Map.of('A', "one", 'C', "three", 'D', "four")),
            Optional.of('A'),
            "",
            "",
            "",
            null);
    List<BenchmarkItem> rotations = Rotations.of(item);
    assertThat(rotations.get(1).options()).isEqualTo(Map.of('A', "three", 'C', "four", 'D', "one"));
    assertThat(rotations).extracting(BenchmarkItem::index).containsExactly(7L, 1000007L, 2000007L);
    assertThat(rotations).extracting(i -> i.answer().get()).containsExactly('A', 'D', 'C');
  }

  @Test
  void refuseAnIndexThatOthersRotationsHave() {
    assertThatThrownBy(() -> Rotations.of(Items.item(1000003, 'A', "x", "y")))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot rotate question 1000003: its index is taken by rotations of other questions (expected an index below 1000000; number the questions anew)");
  }
}
