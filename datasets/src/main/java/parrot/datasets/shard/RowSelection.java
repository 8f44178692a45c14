package parrot.datasets.shard;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/** Which rows of a data set are used. The others stay in the shards, and are never read. */
public final class RowSelection {
  private final ShardedDataset dataset;
  private final BitSet rows;
  private final long all;

  private RowSelection(ShardedDataset dataset, BitSet rows, long all) {
    this.dataset = dataset;
    this.rows = rows;
    this.all = all;
  }

  /** Every row. */
  public static RowSelection all(ShardedDataset dataset) {
    int count = Math.toIntExact(dataset.manifest().rows());
    BitSet rows = new BitSet(count);
    rows.set(0, count);
    return new RowSelection(dataset, rows, count);
  }

  /** Rows that are used. */
  public long count() {
    return rows.cardinality();
  }

  /** Whether the row at a position, counted over all shards, is used. */
  boolean has(long position) {
    return rows.get((int) position);
  }

  /** Whether a row is used by both, which are of one data set. */
  boolean sharesRows(RowSelection other) {
    return rows.intersects(other.rows);
  }

  /**
   * Those that pass a filter as well.
   *
   * @param lines takes what each condition left out, in words
   * @throws parrot.datasets.DataException if the shards have no such column
   */
  public RowSelection where(RowFilter filter, List<String> lines) throws IOException {
    List<String> columns = filter.columns();
    if (columns.isEmpty()) {
      return this;
    }
    RowFilter.Counts counts = new RowFilter.Counts(filter);
    BitSet kept = new BitSet();
    dataset.forEachRow(
        columns,
        (position, values) -> {
          if (has(position) && counts.keeps(columns, values)) {
            kept.set((int) position);
          }
        });
    lines.addAll(counts.lines());
    return new RowSelection(dataset, kept, all);
  }

  /**
   * Two parts: rows to train on, and rows to measure on. Rows about equal images are in the same
   * part, also those about copies of an image if near duplicates were looked for. Rows without an
   * image are divided one by one.
   *
   * @param share of the second part
   */
  public List<RowSelection> split(double share, long seed) throws IOException {
    BitSet train = new BitSet();
    BitSet measured = new BitSet();
    long limit = (long) (share * (1L << 53));
    dataset.forEachRow(
        List.of(ShardSchema.IMAGE_GROUP, ShardSchema.SOURCE),
        (position, values) -> {
          if (has(position)) {
            long group =
                values[0] == null ? Objects.hashCode(values[1]) : ((Number) values[0]).longValue();
            boolean held = mix(mix(seed) ^ group) >>> 11 < limit;
            (held ? measured : train).set((int) position);
          }
        });
    return List.of(new RowSelection(dataset, train, all), new RowSelection(dataset, measured, all));
  }

  /** Those within a limit. */
  public RowSelection within(RowLimit limit, long seed) throws IOException {
    List<String> column = List.of(limit.per());
    RowLimit.Chooser chooser = new RowLimit.Chooser(limit, seed);
    dataset.forEachRow(
        column,
        (position, values) -> {
          if (has(position)) {
            chooser.count();
          }
        });
    dataset.forEachRow(
        column,
        (position, values) -> {
          if (has(position)) {
            chooser.draw(values[0], position);
          }
        });
    BitSet kept = new BitSet();
    dataset.forEachRow(
        column,
        (position, values) -> {
          if (has(position) && chooser.uses(values[0], position)) {
            kept.set((int) position);
          }
        });
    return new RowSelection(dataset, kept, all);
  }

  /** SplitMix64's finalizer. */
  static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
