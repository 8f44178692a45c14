package parrot.datasets.order;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.datasets.language.Language;
import parrot.datasets.shard.RowLanguages;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;

/** The rows of one language in the order of their data set, epoch after epoch. */
final class LanguageOrder {
  private final DatasetShuffle order;
  private final RowLanguages languages;
  private final Language language;
  private final long rows;

  private long taken;
  private long epochInUse = -1;
  private long[] starts; // how many of this language's rows lie before each window
  private int windowInUse;
  private List<RowRef> windowRows; // of this language

  private LanguageOrder(
      DatasetShuffle order, RowLanguages languages, Language language, long rows) {
    this.order = order;
    this.languages = languages;
    this.language = language;
    this.rows = rows;
  }

  /** One for each language that a data set has rows of. */
  static Map<Language, LanguageOrder> of(ShardedDataset dataset, long seed) throws IOException {
    RowLanguages languages = dataset.rowLanguages();
    DatasetShuffle order = new DatasetShuffle(dataset.manifest(), seed);
    Map<Language, LanguageOrder> orders = new TreeMap<>();
    languages
        .rows()
        .forEach(
            (language, rows) ->
                orders.put(
                    language, new LanguageOrder(order.another(), languages, language, rows)));
    return orders;
  }

  /** Rows of an epoch. */
  long rows() {
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
    long position = taken++ % rows;
    if (windowRows == null
        || position < starts[windowInUse]
        || position >= starts[windowInUse + 1]) {
      enter(epoch, DatasetShuffle.windowAt(starts, position));
    }
    return windowRows.get((int) (position - starts[windowInUse]));
  }

  private void start(long epoch) {
    starts = new long[order.windows() + 1];
    for (int window = 0; window < order.windows(); window++) {
      starts[window + 1] = starts[window];
      for (int group : order.groups(epoch, window)) {
        starts[window + 1] += languages.rows(language, group);
      }
    }
    epochInUse = epoch;
    windowRows = null;
  }

  private void enter(long epoch, int window) {
    RowRef[] all = order.window(epoch, window);
    windowInUse = window;
    if (starts[window + 1] - starts[window] == all.length) {
      windowRows = Arrays.asList(all);
      return;
    }
    windowRows = new ArrayList<>();
    for (RowRef row : all) {
      if (languages.has(row, language)) {
        windowRows.add(row);
      }
    }
  }
}
