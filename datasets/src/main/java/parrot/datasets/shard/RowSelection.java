package parrot.datasets.shard;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import parrot.datasets.SplitMix;

/** Which rows of a data set are used. The others stay in the shards, and are never read. */
public final class RowSelection {
  private final ShardedDataset dataset;
  private final BitSet rows;

  private RowSelection(ShardedDataset dataset, BitSet rows) {
    this.dataset = dataset;
    this.rows = rows;
  }

  /** Every row. */
  public static RowSelection all(ShardedDataset dataset) {
    int count = Math.toIntExact(dataset.manifest().rows());
    BitSet rows = new BitSet(count);
    rows.set(0, count);
    return new RowSelection(dataset, rows);
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
    return new RowSelection(dataset, kept);
  }

  /**
   * Two parts: rows to train on, and rows to measure on. Rows about equal images are in the same
   * part. If near duplicates were looked for, so are rows about copies of an image, and rows
   * without an image that say nearly the same. Other rows without an image are divided one by one.
   *
   * @param share of the second part
   */
  public List<RowSelection> split(double share, long seed) throws IOException {
    BitSet train = new BitSet();
    BitSet measured = new BitSet();
    long limit = (long) (share * (1L << 53));
    dataset.forEachRow(
        List.of(ShardSchema.IMAGE_GROUP, ShardSchema.NEAR_GROUP, ShardSchema.SOURCE),
        (position, values) -> {
          if (has(position)) {
            long group = group(values[0], values[1], values[2]);
            boolean held = SplitMix.mix(SplitMix.mix(seed) ^ group) >>> 11 < limit;
            (held ? measured : train).set((int) position);
          }
        });
    return List.of(new RowSelection(dataset, train), new RowSelection(dataset, measured));
  }

  /** Rows that say nearly the same are about one image or its copies, so the image comes first. */
  private static long group(Object image, Object near, Object source) {
    Object group = image == null ? near : image;
    return group == null ? source.hashCode() : ((Number) group).longValue();
  }

  /** Those within a limit. */
  public RowSelection within(RowLimit limit, long seed) throws IOException {
    List<String> column = List.of(limit.per());
    RowLimit.Chooser chooser = new RowLimit.Chooser(limit, count(), seed);
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
    return new RowSelection(dataset, kept);
  }
}
