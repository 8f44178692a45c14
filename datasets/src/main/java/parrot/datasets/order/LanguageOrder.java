package parrot.datasets.order;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.datasets.language.Language;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;

/** The rows of one language in the order of their data set, epoch after epoch. */
final class LanguageOrder {
  private final DatasetShuffle order;
  private final List<List<List<Language>>> languages;
  private final Language language;
  private final int rows;

  private long taken;
  private long epochInUse = -1;
  private int[] positions; // in the epoch, of this language's rows

  private LanguageOrder(
      DatasetShuffle order, List<List<List<Language>>> languages, Language language, int rows) {
    this.order = order;
    this.languages = languages;
    this.language = language;
    this.rows = rows;
  }

  /** One for each language that a data set has rows of. */
  static Map<Language, LanguageOrder> of(ShardedDataset dataset, long seed) throws IOException {
    List<List<List<Language>>> languages = dataset.languages();
    Map<Language, Integer> counts = new TreeMap<>();
    languages.forEach(
        groups -> groups.forEach(rows -> rows.forEach(row -> counts.merge(row, 1, Integer::sum))));
    Map<Language, LanguageOrder> orders = new TreeMap<>();
    counts.forEach(
        (language, rows) -> {
          DatasetShuffle order = new DatasetShuffle(dataset.manifest(), seed);
          orders.put(language, new LanguageOrder(order, languages, language, rows));
        });
    return orders;
  }

  /** Rows of an epoch. */
  int rows() {
    return rows;
  }

  void skip() {
    taken++;
  }

  RowRef next() {
    long epoch = taken / rows;
    if (epoch != epochInUse) {
      start(epoch);
    }
    return order.range(epoch, positions[(int) (taken++ % rows)], 1).get(0);
  }

  private void start(long epoch) {
    positions = new int[rows];
    int found = 0;
    for (int position = 0; found < rows; position++) {
      RowRef row = order.range(epoch, position, 1).get(0);
      if (languages.get(row.shard()).get(row.rowGroup()).get(row.row()).equals(language)) {
        positions[found++] = position;
      }
    }
    epochInUse = epoch;
  }
}
