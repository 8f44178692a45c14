package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class QuestionRowsTest {
  private static BenchmarkItem row(long index, String question, String group, String... options) {
    TreeMap<Character, String> byLetter = new TreeMap<>();
    for (int i = 0; i < options.length; i++) {
      if (!options[i].isEmpty()) {
        byLetter.put((char) ('A' + i), options[i]);
      }
    }
    return new BenchmarkItem(
        index,
        question,
        Optional.empty(),
        byLetter,
        Optional.of(byLetter.firstKey()),
        Optional.empty(),
        "",
        "",
        "",
        group,
        null,
        "",
        Optional.empty());
  }

  @Test
  void findsRotationsByTheirIndexes() {
    List<BenchmarkItem> rows = new ArrayList<>(Rotations.of(row(3, "Q", "", "x", "y", "z")));
    rows.addAll(Rotations.of(row(4, "R", "", "x", "y")));
    QuestionRows grouped = QuestionRows.of(rows);

    assertThat(grouped.rotated()).isTrue();
    assertThat(rows).extracting(grouped::question).containsExactly(3L, 3L, 3L, 4L, 4L);
    assertThat(grouped.complete(rows.subList(0, 3))).isTrue();
    assertThat(grouped.complete(rows.subList(0, 2))).isFalse();
  }

  @Test
  void knowsRotationsThatLeaveLettersEmpty() {
    List<BenchmarkItem> rows =
        List.of(
            row(2, "Size?", "", "small", "large", "", ""),
            row(1000002, "Size?", "", "large", "", "", "small"),
            row(2000002, "Size?", "", "", "", "small", "large"),
            row(3000002, "Size?", "", "", "small", "large", ""));
    QuestionRows grouped = QuestionRows.of(rows);

    assertThat(rows).extracting(grouped::question).containsOnly(2L);
    assertThat(grouped.complete(rows)).isTrue();
    assertThat(grouped.complete(rows.subList(0, 3))).isFalse();
  }

  @Test
  void takesLargeIndexesForQuestionsOfTheirOwn() {
    List<BenchmarkItem> rows =
        List.of(
            row(5, "How many?", "", "x", "y"),
            row(1000005, "What colour?", "", "y", "x"),
            row(2500003, "How big?", "", "x", "y"),
            row(3000005, "How many?", "", "x", "y"),
            row(581929000003L, "How many?", "", "x", "y"));
    QuestionRows grouped = QuestionRows.of(rows);

    assertThat(grouped.rotated()).isFalse();
    assertThat(rows).allMatch(grouped::isQuestion);
  }

  @Test
  void groupsByGIndex() {
    List<BenchmarkItem> rows =
        List.of(
            row(0, "Q", "0", "x", "y"),
            row(1, "Q", "0", "y", "x"),
            row(4, "R", "5", "y", "x"),
            row(5, "R", "5", "x", "y"));
    QuestionRows grouped = QuestionRows.of(rows);

    assertThat(rows).extracting(grouped::question).containsExactly(0L, 0L, 5L, 5L);
    assertThat(grouped.complete(rows.subList(0, 2))).isTrue();
    assertThat(grouped.complete(rows.subList(2, 3))).isFalse();
  }

  @Test
  void limitsByQuestionsAndNotByRows() {
    List<BenchmarkItem> rows = new ArrayList<>(Rotations.of(row(3, "Q", "", "x", "y", "z")));
    rows.addAll(Rotations.of(row(4, "R", "", "x", "y")));

    assertThat(QuestionRows.first(rows, 1)).isEqualTo(rows.subList(0, 3));
    assertThat(QuestionRows.first(List.of(row(7, "Q", "", "x", "y"), row(9, "Q", "", "x", "y")), 1))
        .extracting(BenchmarkItem::index)
        .containsExactly(7L);
  }

  @Test
  void hasNoRotationsIfEveryGroupHasOneRow() {
    assertThat(
            QuestionRows.of(List.of(row(0, "Q", "0", "x", "y"), row(1, "R", "1", "x", "y")))
                .rotated())
        .isFalse();
  }
}
