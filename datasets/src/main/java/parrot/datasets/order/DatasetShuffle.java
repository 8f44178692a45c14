package parrot.datasets.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.datasets.DataException;
import parrot.datasets.SplitMix;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.RowRef;

/**
 * The shuffled rows of one data set: a function of manifest, seed and epoch alone, never of how
 * many machines there are. Row groups are shuffled; then the rows within windows of a few groups,
 * so that reading stays by row group. Every epoch has every row once. {@link ExampleOrder} takes
 * its examples in this order, by language.
 *
 * <p>Uses a generator of its own (SplitMix64), so the order does not depend on the Java version.
 * Not safe for use by several threads.
 */
final class DatasetShuffle {
  /** Row groups that are shuffled together, unless told otherwise. */
  public static final int WINDOW = 4;

  private final long seed;
  private final int window;
  private final int[] shardOfGroup;
  private final int[] groupInShard;
  private final int[] rowsOfGroup;
  private final long rows;

  private long epochInUse = -1;
  private int[] order; // group numbers, as this epoch takes them
  private long[] starts; // position of the first row of each window
  private int windowInUse = -1;
  private RowRef[] windowRows;

  public DatasetShuffle(Manifest manifest, long seed) {
    this(manifest, seed, WINDOW);
  }

  /**
   * @param window row groups that are shuffled together
   * @throws DataException if the data set has no rows
   */
  public DatasetShuffle(Manifest manifest, long seed, int window) {
    if (window < 1) {
      throw new DataException("Invalid window: " + window + " (must be at least 1 row group)");
    }
    this.seed = seed;
    this.window = window;
    List<RowRef> groups = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int shard = 0; shard < manifest.files().size(); shard++) {
      List<Integer> sizes = manifest.files().get(shard).rowGroupRows();
      for (int group = 0; group < sizes.size(); group++) {
        groups.add(new RowRef(shard, group, 0));
        counts.add(sizes.get(group));
      }
    }
    this.shardOfGroup = groups.stream().mapToInt(RowRef::shard).toArray();
    this.groupInShard = groups.stream().mapToInt(RowRef::rowGroup).toArray();
    this.rowsOfGroup = counts.stream().mapToInt(Integer::intValue).toArray();
    this.rows = counts.stream().mapToLong(Integer::longValue).sum();
    if (rows == 0) {
      throw new DataException("Cannot train on a data set without rows");
    }
  }

  private DatasetShuffle(DatasetShuffle other) {
    this.seed = other.seed;
    this.window = other.window;
    this.shardOfGroup = other.shardOfGroup;
    this.groupInShard = other.groupInShard;
    this.rowsOfGroup = other.rowsOfGroup;
    this.rows = other.rows;
  }

  /** The same order, at another place; both share what is large. */
  DatasetShuffle another() {
    return new DatasetShuffle(this);
  }

  public long rows() {
    return rows;
  }

  int windows() {
    return (rowsOfGroup.length + window - 1) / window;
  }

  /** Numbers of the row groups of a window, counted over all shards. */
  int[] groups(long epoch, int number) {
    enter(epoch);
    return Arrays.copyOfRange(
        order, number * window, Math.min(order.length, (number + 1) * window));
  }

  /** The rows of a window in order; not to be changed. */
  RowRef[] window(long epoch, int number) {
    enter(epoch);
    if (number != windowInUse) {
      startWindow(number);
    }
    return windowRows;
  }

  /** {@code count} rows of an epoch from position {@code first} on. */
  public List<RowRef> range(long epoch, long first, int count) {
    if (first < 0 || first + count > rows) {
      throw new IllegalArgumentException(
          "Invalid rows: " + first + " to " + (first + count) + " (an epoch has " + rows + ")");
    }
    List<RowRef> result = new ArrayList<>(count);
    for (long position = first; position < first + count; position++) {
      result.add(row(epoch, position));
    }
    return result;
  }

  private void enter(long epoch) {
    if (epoch != epochInUse) {
      startEpoch(epoch);
    }
  }

  private RowRef row(long epoch, long position) {
    enter(epoch);
    if (windowInUse < 0 || position < starts[windowInUse] || position >= starts[windowInUse + 1]) {
      startWindow(windowAt(starts, position));
    }
    return windowRows[(int) (position - starts[windowInUse])];
  }

  private void startEpoch(long epoch) {
    order = new int[rowsOfGroup.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    Random random = new Random(seed, epoch, -1);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.below(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    int windows = windows();
    starts = new long[windows + 1];
    for (int i = 0; i < order.length; i++) {
      starts[i / window + 1] += rowsOfGroup[order[i]];
    }
    for (int w = 0; w < windows; w++) {
      starts[w + 1] += starts[w];
    }
    epochInUse = epoch;
    windowInUse = -1;
  }

  /**
   * The last window that begins at or before a position: those without rows are passed over.
   *
   * @param starts the position that each window begins at, and the end
   */
  static int windowAt(long[] starts, long position) {
    int low = 0;
    int high = starts.length - 2;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private void startWindow(int number) {
    RowRef[] refs = new RowRef[Math.toIntExact(starts[number + 1] - starts[number])];
    int filled = 0;
    int end = Math.min(order.length, (number + 1) * window);
    for (int i = number * window; i < end; i++) {
      int group = order[i];
      for (int row = 0; row < rowsOfGroup[group]; row++) {
        refs[filled++] = new RowRef(shardOfGroup[group], groupInShard[group], row);
      }
    }
    Random random = new Random(seed, epochInUse, number);
    for (int i = refs.length - 1; i > 0; i--) {
      int j = random.below(i + 1);
      RowRef swap = refs[i];
      refs[i] = refs[j];
      refs[j] = swap;
    }
    windowRows = refs;
    windowInUse = number;
  }

  private static final class Random {
    private long state;

    Random(long seed, long epoch, long window) {
      state = SplitMix.mix(SplitMix.mix(SplitMix.mix(seed) + epoch) + window);
    }

    int below(int bound) {
      state += SplitMix.STEP;
      return (int) Long.remainderUnsigned(SplitMix.mix(state), bound);
    }
  }
}
