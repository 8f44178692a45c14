package parrot.jobs.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import parrot.datasets.shard.BatchPath;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.TrainingOrder;

/**
 * The endless sequence of training examples: a function of data, weights and seed alone. Each data
 * set is walked in its own order, epoch after epoch; which one comes next is the one furthest
 * behind its share, so that every stretch has the mixture that was asked for.
 */
final class ExampleStream {
  private final List<Source> sources = new ArrayList<>();
  private final long rows;
  private long position;

  private static final class Source {
    final String folder;
    final TrainingOrder order;
    final double share;
    long taken;

    Source(String folder, TrainingOrder order, double share) {
      this.folder = folder;
      this.order = order;
      this.share = share;
    }

    RowRef next() {
      long epoch = taken / order.rows();
      long first = taken % order.rows();
      taken++;
      return order.range(epoch, first, 1).get(0);
    }
  }

  /**
   * @param weights one for each data set, or all empty for as many as each has rows
   */
  ExampleStream(List<ShardedDataset> datasets, List<OptionalDouble> weights, long seed) {
    double total = 0;
    long all = 0;
    for (int i = 0; i < datasets.size(); i++) {
      long count = datasets.get(i).manifest().rows();
      total += weights.get(i).orElse((double) count);
      all += count;
    }
    for (int i = 0; i < datasets.size(); i++) {
      ShardedDataset dataset = datasets.get(i);
      double weight = weights.get(i).orElse((double) dataset.manifest().rows());
      TrainingOrder order = new TrainingOrder(dataset.manifest(), seed + 31L * i);
      sources.add(new Source(dataset.folder().toString(), order, weight / total));
    }
    this.rows = all;
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
