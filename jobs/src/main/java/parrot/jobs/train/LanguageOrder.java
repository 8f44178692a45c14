package parrot.jobs.train;

import java.util.ArrayList;
import java.util.List;
import parrot.datasets.language.Language;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.TrainingOrder;

/** The rows of one language in the order of their data set, epoch after epoch. */
final class LanguageOrder {
  private final TrainingOrder order;
  private final List<List<List<Language>>> languages;
  private final Language language;
  private final int rows;

  private long epochInUse = -1;
  private int[] positions; // in the epoch, of this language's rows

  /**
   * @param languages of all rows, by shard, row group and row
   * @param rows of this language
   */
  LanguageOrder(
      TrainingOrder order, List<List<List<Language>>> languages, Language language, int rows) {
    this.order = order;
    this.languages = languages;
    this.language = language;
    this.rows = rows;
  }

  int rows() {
    return rows;
  }

  RowRef row(long number) {
    long epoch = number / rows;
    if (epoch != epochInUse) {
      start(epoch);
    }
    return order.range(epoch, positions[(int) (number % rows)], 1).get(0);
  }

  private void start(long epoch) {
    positions = new int[rows];
    int found = 0;
    for (int position = 0; position < order.rows(); position++) {
      RowRef row = order.range(epoch, position, 1).get(0);
      if (languages.get(row.shard()).get(row.rowGroup()).get(row.row()) == language) {
        positions[found++] = position;
      }
    }
    epochInUse = epoch;
  }

  /** How many rows each language has, by its ordinal. */
  static int[] count(List<List<List<Language>>> languages) {
    int[] counts = new int[Language.values().length];
    List<List<Language>> groups = new ArrayList<>();
    languages.forEach(groups::addAll);
    groups.forEach(group -> group.forEach(row -> counts[row.ordinal()]++));
    return counts;
  }
}
