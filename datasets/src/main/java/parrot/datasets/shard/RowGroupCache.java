package parrot.datasets.shard;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decoded row groups that were used last, bounded in bytes: batches take their rows from a window
 * of a few groups, so without it each group would be decoded once per batch. One per JVM serves all
 * replicas in it.
 */
public final class RowGroupCache {
  private static final RowGroupCache SHARED =
      new RowGroupCache(
          Long.getLong("parrot.shards.cacheBytes", Runtime.getRuntime().maxMemory() / 6));

  private final long limit;
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long loads;

  /** Identifies a group by its file's content too, so a replaced data set is never mixed up. */
  record Key(String folder, String sha256, int rowGroup) {}

  private record Entry(List<TrainingExample> rows, long bytes) {}

  @FunctionalInterface
  interface Loader {
    List<TrainingExample> load() throws IOException;
  }

  public RowGroupCache(long limit) {
    this.limit = limit;
  }

  /** The one of this JVM; {@code -Dparrot.shards.cacheBytes} sets its size. */
  public static RowGroupCache shared() {
    return SHARED;
  }

  /** Loads under the lock: replicas of one JVM that want the same group decode it once. */
  synchronized List<TrainingExample> get(Key key, Loader loader) throws IOException {
    Entry entry = entries.get(key);
    if (entry != null) {
      return entry.rows;
    }
    List<TrainingExample> rows = List.copyOf(loader.load());
    loads++;
    entry = new Entry(rows, rows.stream().mapToLong(TrainingExample::bytes).sum());
    entries.put(key, entry);
    bytes += entry.bytes;
    // The newest stays even if it alone is over the limit.
    var oldest = entries.entrySet().iterator();
    while (bytes > limit && entries.size() > 1) {
      bytes -= oldest.next().getValue().bytes;
      oldest.remove();
    }
    return rows;
  }

  /** Row groups decoded so far. */
  public synchronized long loads() {
    return loads;
  }

  public synchronized long bytes() {
    return bytes;
  }
}
