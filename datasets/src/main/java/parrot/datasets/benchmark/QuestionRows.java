package parrot.datasets.benchmark;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which rows of a file ask one question with its options rotated: those that share a {@code
 * g_index}; else those whose indexes differ by multiples of 1,000,000, if at least half of these
 * rows have the same question and the same options in other places. Large indexes alone are no
 * rotations.
 */
public final class QuestionRows {
  /** What separates the rotations of a question in the index. */
  public static final long ROTATION = 1_000_000;

  private final Map<Long, Long> questions = new HashMap<>();
  private boolean rotated;
  private boolean byPlaces;

  private QuestionRows() {}

  /** Groups the rows of one file, in any order. */
  public static QuestionRows of(Collection<BenchmarkItem> rows) {
    QuestionRows grouped = new QuestionRows();
    boolean told = rows.stream().anyMatch(row -> !row.group().isEmpty());
    Map<String, BenchmarkItem> first = new HashMap<>();
    for (BenchmarkItem row : rows) {
      first.merge(key(row, told), row, (one, other) -> first(one, other));
    }
    int further = 0;
    int moved = 0;
    for (BenchmarkItem row : rows) {
      BenchmarkItem question = first.get(key(row, told));
      grouped.questions.put(row.index(), told ? question.index() : row.index() % ROTATION);
      if (told ? row != question : row.index() >= ROTATION) {
        further++;
        moved += isMoved(question, row) ? 1 : 0;
      }
    }
    grouped.byPlaces = moved > 0 && 2 * moved >= further;
    grouped.rotated = told ? further > 0 : grouped.byPlaces;
    if (!grouped.rotated) {
      grouped.questions.clear();
    }
    return grouped;
  }

  /** The rows of the first {@code count} questions, in order and with all their rotations. */
  public static List<BenchmarkItem> first(List<BenchmarkItem> rows, int count) {
    QuestionRows grouped = of(rows);
    Set<Long> chosen =
        rows.stream().map(grouped::question).distinct().limit(count).collect(Collectors.toSet());
    return rows.stream().filter(row -> chosen.contains(grouped.question(row))).toList();
  }

  private static String key(BenchmarkItem row, boolean told) {
    if (told) {
      return row.group().isEmpty() ? "row " + row.index() : "group " + row.group();
    }
    return Long.toString(row.index() % ROTATION);
  }

  /** A group is called by the index of its question. */
  private static BenchmarkItem first(BenchmarkItem one, BenchmarkItem other) {
    Comparator<BenchmarkItem> order =
        Comparator.<BenchmarkItem, Boolean>comparing(
                row -> !row.group().equals(Long.toString(row.index())))
            .thenComparing(BenchmarkItem::index);
    return order.compare(one, other) <= 0 ? one : other;
  }

  private static boolean isMoved(BenchmarkItem question, BenchmarkItem row) {
    return row.question().equals(question.question())
        && !row.options().equals(question.options())
        && row.options().values().stream()
            .sorted()
            .toList()
            .equals(question.options().values().stream().sorted().toList());
  }

  /** Whether any row is a rotation of another. */
  public boolean rotated() {
    return rotated;
  }

  /** The index of the question that a row asks; its own if it is not a rotation. */
  long question(BenchmarkItem row) {
    return questions.getOrDefault(row.index(), row.index());
  }

  /** Whether a row is its question as the benchmark has it, and not a rotation. */
  public boolean isQuestion(BenchmarkItem row) {
    return question(row) == row.index();
  }

  /** Whether these rows of one question are all that there must be. */
  boolean complete(List<BenchmarkItem> rows) {
    return byPlaces ? rows.size() == expected(rows) : rows.stream().anyMatch(this::isQuestion);
  }

  /** How many rows the question of these must have: options move over all letters of its rows. */
  int expected(List<BenchmarkItem> rows) {
    Set<Character> letters = new HashSet<>();
    rows.forEach(row -> letters.addAll(row.options().keySet()));
    return byPlaces ? letters.size() : rows.size();
  }
}
