package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import parrot.datasets.language.Language;
import parrot.datasets.shard.BatchPath;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.TrainingOrder;
import parrot.jobs.cli.CommandException;
import parrot.jobs.cli.ExitCode;

/**
 * The endless sequence of training examples: a function of data, mixture and seed alone. Each
 * language of each data set is walked in its own order, epoch after epoch; which one comes next is
 * the one furthest behind its share. So every stretch, and with it every replica's part of a round,
 * has the mixture that was asked for.
 */
final class ExampleStream {
  private final List<Source> sources = new ArrayList<>();
  private final long rows;
  private long position;

  private static final class Source {
    final String folder;
    final LanguageOrder order;
    final double share;
    long taken;

    Source(String folder, LanguageOrder order, double share) {
      this.folder = folder;
      this.order = order;
      this.share = share;
    }

    RowRef next() {
      return order.row(taken++);
    }
  }

  /**
   * @param weights one for each data set, or all empty for as many as each has rows
   * @throws parrot.jobs.cli.CommandException if the mixture does not fit the data's languages
   */
  ExampleStream(
      List<ShardedDataset> datasets, List<OptionalDouble> weights, Mixture mixture, long seed)
      throws IOException {
    List<List<List<List<Language>>>> languages = new ArrayList<>();
    Map<Language, Long> counts = new EnumMap<>(Language.class);
    long all = 0;
    for (ShardedDataset dataset : datasets) {
      languages.add(dataset.languages());
      int[] own = LanguageOrder.count(languages.get(languages.size() - 1));
      for (Language language : Language.values()) {
        if (own[language.ordinal()] > 0) {
          counts.merge(language, (long) own[language.ordinal()], Long::sum);
        }
      }
      all += dataset.manifest().rows();
    }
    this.rows = all;
    Map<Language, Double> factors = mixture.factors(counts);
    double total = 0;
    List<Source> unscaled = new ArrayList<>();
    for (int i = 0; i < datasets.size(); i++) {
      ShardedDataset dataset = datasets.get(i);
      long own = dataset.manifest().rows();
      double each = weights.get(i).orElse((double) own) / own;
      int[] byLanguage = LanguageOrder.count(languages.get(i));
      for (Language language : Language.values()) {
        int count = byLanguage[language.ordinal()];
        double share = count == 0 ? 0 : each * count * factors.get(language);
        if (share > 0) {
          TrainingOrder order = new TrainingOrder(dataset.manifest(), seed + 31L * i);
          unscaled.add(
              new Source(
                  dataset.folder().toString(),
                  new LanguageOrder(order, languages.get(i), language, count),
                  share));
          total += share;
        }
      }
    }
    for (Source source : unscaled) {
      sources.add(new Source(source.folder, source.order, source.share / total));
    }
    if (sources.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, "Invalid mixture.weights: all are 0 (must leave a language to train on)");
    }
  }

  /** Rows of all data sets together, the examples of one epoch. */
  long rows() {
    return rows;
  }

  /** Examples handed out so far. */
  long position() {
    return position;
  }

  /** Moves on as if {@code count} examples had been taken. */
  void skip(long count) {
    for (long i = 0; i < count; i++) {
      furthestBehind().taken++;
      position++;
    }
  }

  /** The next examples as one minibatch. */
  Minibatch take(int count) {
    Map<String, List<RowRef>> byFolder = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Source source = furthestBehind();
      byFolder.computeIfAbsent(source.folder, folder -> new ArrayList<>()).add(source.next());
      position++;
    }
    return new Minibatch(
        byFolder.entrySet().stream()
            .map(entry -> new BatchPath(entry.getKey(), entry.getValue()))
            .toList());
  }

  private Source furthestBehind() {
    Source best = sources.get(0);
    double most = Double.NEGATIVE_INFINITY;
    for (Source source : sources) {
      double behind = source.share * (position + 1) - source.taken;
      if (behind > most) {
        most = behind;
        best = source;
      }
    }
    return best;
  }
}
