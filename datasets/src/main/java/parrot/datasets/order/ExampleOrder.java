package parrot.datasets.order;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;

/**
 * The endless sequence of training examples: a function of data, weights, mixture and seed alone.
 * Data sets take turns by their shares, and within each its languages; each language is walked in
 * an order of its own, epoch after epoch. So every stretch, and with it every replica's part of a
 * round, has the mixture that was asked for.
 */
public final class ExampleOrder {
  private record Source(String folder, Shares<LanguageOrder> languages) {}

  private final Shares<Source> sources = new Shares<>();
  private final long rows;
  private long position;

  /**
   * @param weights one for each data set, or all empty for as many as each has rows
   * @param mixture of the languages, within each data set where these have weights
   * @throws UsageException if the mixture does not fit the data's languages
   */
  public ExampleOrder(
      List<ShardedDataset> datasets, List<OptionalDouble> weights, Mixture mixture, long seed)
      throws IOException {
    List<Map<Language, LanguageOrder>> orders = new ArrayList<>();
    Map<Language, Long> counts = new TreeMap<>();
    for (int i = 0; i < datasets.size(); i++) {
      orders.add(LanguageOrder.of(datasets.get(i), seed + 31L * i));
      orders.get(i).forEach((language, own) -> counts.merge(language, own.rows(), Long::sum));
    }
    this.rows = counts.values().stream().mapToLong(count -> count).sum();
    Map<Language, Double> factors = mixture.factors(counts);
    for (int i = 0; i < datasets.size(); i++) {
      String folder = datasets.get(i).version().toString();
      Shares<LanguageOrder> languages = new Shares<>();
      orders
          .get(i)
          .forEach(
              (language, order) -> {
                double share = order.rows() * factors.get(language);
                if (share > 0) {
                  languages.add(order, share);
                }
              });
      if (languages.isEmpty()) {
        throw new UsageException(
            "Invalid mixture.weights: no row of "
                + folder
                + " is left (must be above 0 for one of its languages; or leave the folder out)");
      }
      sources.add(new Source(folder, languages), weights.get(i).orElse(languages.total()));
    }
  }

  /** Rows of all data sets together, the examples of one epoch. */
  public long rows() {
    return rows;
  }

  /** Examples handed out so far. */
  public long position() {
    return position;
  }

  /** Moves on as if {@code count} examples had been taken. */
  public void skip(long count) {
    for (long i = 0; i < count; i++) {
      sources.next().languages().next().skip();
      position++;
    }
  }

  /** The next examples as one minibatch. */
  public Minibatch take(int count) {
    Map<String, List<RowRef>> byFolder = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Source source = sources.next();
      byFolder
          .computeIfAbsent(source.folder(), folder -> new ArrayList<>())
          .add(source.languages().next().next());
      position++;
    }
    return new Minibatch(
        byFolder.entrySet().stream()
            .map(entry -> new BatchPath(entry.getKey(), entry.getValue()))
            .toList());
  }
}
