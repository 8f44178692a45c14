package parrot.jobs.preprocess;

import java.io.Serializable;
import java.nio.ByteBuffer;
import parrot.datasets.SplitMix;

/**
 * Where a row goes and what it is sorted by there: first by a number drawn from seed and content,
 * which shuffles; then by content, which puts duplicates side by side; then by place in the source,
 * so that the first of them is kept. Nothing of it depends on how the work was divided.
 *
 * <p>A class, not a record: Kryo cannot write records by itself.
 */
final class RowKey implements Serializable, Comparable<RowKey> {
  private static final long serialVersionUID = 1L;

  /** In place of a file, so that they come before the rows of files: see {@link UpdateTasks}. */
  private static final int NEW = -2;

  private static final int STORED = -1;

  private final int partition;
  private final long order;
  private final long contentHigh;
  private final long contentLow;
  private final int file;
  private final long row;

  private RowKey(int partition, long order, long contentHigh, long contentLow, int file, long row) {
    this.partition = partition;
    this.order = order;
    this.contentHigh = contentHigh;
    this.contentLow = contentLow;
    this.file = file;
    this.row = row;
  }

  /** Of a row that will be written, unless it is a duplicate. */
  static RowKey written(byte[] content, long seed, int shards, int file, long row) {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    long high = bytes.getLong();
    long low = bytes.getLong();
    long order = SplitMix.mix(SplitMix.mix(high ^ SplitMix.mix(seed)) + low);
    return new RowKey((int) Long.remainderUnsigned(order, shards), order, high, low, file, row);
  }

  /** Says that a content is in no shard that stays. */
  RowKey isNew() {
    return new RowKey(partition, order, contentHigh, contentLow, NEW, 0);
  }

  /**
   * Of a row that a shard holds.
   *
   * @param label of its source, in the shard's ledger
   */
  static RowKey stored(byte[] content, long seed, int shards, int label) {
    return written(content, seed, shards, STORED, label);
  }

  /** The same row among another number of shards. */
  RowKey among(int shards) {
    int target = isRejected() ? shards : (int) Long.remainderUnsigned(order, shards);
    return new RowKey(target, order, contentHigh, contentLow, file, row);
  }

  /** Of a rejected row; these keep the order of the source. */
  static RowKey rejected(int shards, int file, long row) {
    return new RowKey(shards, 0, 0, 0, file, row);
  }

  int partition() {
    return partition;
  }

  /** Number of the source among those that are prepared. */
  int file() {
    return file;
  }

  /** The row's place in the source; those in front have the smaller numbers. */
  long place() {
    return (long) file << 40 | row;
  }

  /** Of a stored row. */
  int label() {
    return (int) row;
  }

  boolean marksNew() {
    return file == NEW;
  }

  boolean isStored() {
    return file == STORED;
  }

  /** The first 16 bytes of the content's checksum. */
  byte[] content() {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(contentHigh).putLong(contentLow).array();
  }

  /** No checksum is zero. */
  boolean isRejected() {
    return contentHigh == 0 && contentLow == 0;
  }

  boolean sameContent(RowKey other) {
    return other != null && contentHigh == other.contentHigh && contentLow == other.contentLow;
  }

  @Override
  public int compareTo(RowKey other) {
    int result = Integer.compare(partition, other.partition);
    result = result != 0 ? result : Long.compareUnsigned(order, other.order);
    result = result != 0 ? result : Long.compare(contentHigh, other.contentHigh);
    result = result != 0 ? result : Long.compare(contentLow, other.contentLow);
    result = result != 0 ? result : Integer.compare(file, other.file);
    return result != 0 ? result : Long.compare(row, other.row);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowKey that && compareTo(that) == 0;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(order) * 31 + Long.hashCode(row);
  }
}
