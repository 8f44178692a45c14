package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.shard.RowLimit;
import parrot.datasets.shard.RowSelection;
import parrot.datasets.shard.ShardedDataset;
import parrot.jobs.config.TrainConfig;

/** Chooses the rows of data sets that a run uses, and keeps account of them. */
final class ChosenRows {
  private final TrainConfig.Choice choice;
  private final long seed;
  private final List<String> lines = new ArrayList<>();

  ChosenRows(TrainConfig.Choice choice, long seed) {
    this.choice = choice;
    this.seed = seed;
  }

  /**
   * A data set's rows to train on, and those that are measured on instead.
   *
   * @param heldOut empty if none are
   */
  record Parts(ShardedDataset train, Optional<ShardedDataset> heldOut) {}

  /**
   * @throws DataException if the shards lack a column, or no row is left
   */
  Parts divide(ShardedDataset dataset) throws IOException {
    boolean all = choice.where().conditions().isEmpty() && choice.limits().isEmpty();
    if (all && choice.holdOut() == 0) {
      return new Parts(dataset, Optional.empty());
    }
    List<String> account = new ArrayList<>();
    RowSelection train = RowSelection.all(dataset).where(choice.where(), account);
    Optional<ShardedDataset> heldOut = Optional.empty();
    if (choice.holdOut() > 0) {
      List<RowSelection> parts = train.split(choice.holdOut(), seed);
      train = parts.get(0);
      heldOut = Optional.of(only(dataset, parts.get(1), account, "to measure on"));
      account.add(format("hold_out measures on %,d", parts.get(1).count()));
    }
    for (RowLimit limit : choice.limits()) {
      long before = train.count();
      train = train.within(limit, seed);
      account.add(format("at most %s leaves out %,d", limit, before - train.count()));
    }
    ShardedDataset chosen = only(dataset, train, account, "to train on");
    say(dataset, "trains on", train, account);
    return new Parts(chosen, heldOut);
  }

  /** Of a data set to measure on, the rows that pass. */
  ShardedDataset filtered(ShardedDataset dataset) throws IOException {
    if (choice.where().conditions().isEmpty()) {
      return dataset;
    }
    List<String> account = new ArrayList<>();
    RowSelection rows = RowSelection.all(dataset).where(choice.where(), account);
    say(dataset, "measures on", rows, account);
    return only(dataset, rows, account, "to measure on");
  }

  private static ShardedDataset only(
      ShardedDataset dataset, RowSelection rows, List<String> account, String use) {
    if (rows.count() == 0) {
      throw new DataException(
          "Cannot use %s: no row is left %s%s"
              .formatted(
                  dataset.folder(),
                  use,
                  account.isEmpty() ? "" : " (" + String.join("; ", account) + ")"));
    }
    return dataset.only(rows);
  }

  private void say(ShardedDataset dataset, String verb, RowSelection rows, List<String> account) {
    lines.add(
        format(
            "The run %s %,d of %,d rows of %s: %s",
            verb,
            rows.count(),
            dataset.manifest().rows(),
            dataset.folder(),
            String.join("; ", account)));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** For the user: how many rows of each data set are used, if not all, and why. */
  List<String> lines() {
    return List.copyOf(lines);
  }
}
