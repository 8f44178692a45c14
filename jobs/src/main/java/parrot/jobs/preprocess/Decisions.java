package parrot.jobs.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import scala.Tuple2;

/**
 * Compares the rows that shards hold with those that were prepared, by keys alone: gives the key of
 * each content that no shard will hold without being written, and last a {@link Summary}.
 */
final class Decisions implements Iterator<Tuple2<RowKey, byte[]>> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What an update has to do.
   *
   * @param touched numbers of the shards with a row that is no longer in the input
   * @param added contents that are new
   * @param holdings of prepared sources, in shards
   */
  record Summary(SortedSet<Integer> touched, long added, SortedSet<Holding> holdings) {
    static Summary none() {
      return new Summary(new TreeSet<>(), 0, new TreeSet<>());
    }

    static Summary of(byte[] json) {
      try {
        return JSON.readValue(json, Summary.class);
      } catch (IOException e) {
        throw new IllegalStateException("Cannot read a task's summary", e);
      }
    }

    Summary plus(Summary other) {
      SortedSet<Integer> allTouched = new TreeSet<>(touched);
      allTouched.addAll(other.touched);
      SortedSet<Holding> allHoldings = new TreeSet<>(holdings);
      allHoldings.addAll(other.holdings);
      return new Summary(allTouched, added + other.added, allHoldings);
    }

    private byte[] toJson() {
      try {
        return JSON.writeValueAsBytes(this);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("Cannot write a task's summary", e);
      }
    }
  }

  private final Iterator<Tuple2<RowKey, byte[]>> rows;
  private final Set<Integer> broken;
  private final SortedSet<Integer> touched = new TreeSet<>();
  private final SortedSet<Holding> holdings = new TreeSet<>();
  private Tuple2<RowKey, byte[]> next;
  private Tuple2<RowKey, byte[]> ready;
  private long added;
  private boolean summarised;

  /**
   * @param rows keys with details, and of stored rows the shard's number; sorted
   * @param broken labels of stored rows that stay only if a prepared row equals them
   */
  Decisions(Iterator<Tuple2<RowKey, byte[]>> rows, Set<Integer> broken) {
    this.rows = rows;
    this.broken = broken;
    advance();
  }

  private void advance() {
    next = rows.hasNext() ? rows.next() : null;
  }

  /** Whether this is the summary, and no key of a new content. */
  static boolean isSummary(Tuple2<RowKey, byte[]> decision) {
    return decision._2().length > 0;
  }

  @Override
  public boolean hasNext() {
    while (ready == null && next != null) {
      ready = decide();
    }
    if (ready == null && !summarised) {
      summarised = true;
      byte[] summary = new Summary(touched, added, holdings).toJson();
      ready = new Tuple2<>(RowKey.rejected(1, 0, 0), summary);
    }
    return ready != null;
  }

  @Override
  public Tuple2<RowKey, byte[]> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Tuple2<RowKey, byte[]> result = ready;
    ready = null;
    return result;
  }

  /** The key of the next content if it is new, else null. */
  private Tuple2<RowKey, byte[]> decide() {
    RowKey content = next._1();
    ByteBuffer stored = null;
    int label = 0;
    boolean stays = false;
    SortedSet<Integer> sources = new TreeSet<>();
    for (; next != null && next._1().sameContent(content); advance()) {
      if (next._1().isStored()) {
        stored = ByteBuffer.wrap(next._2());
        label = next._1().label();
        stays = !broken.contains(label);
      } else {
        stays |= stored != null && stored.getInt(0) == ByteBuffer.wrap(next._2()).getInt();
        sources.add(next._1().file());
      }
    }
    if (stays) {
      for (int source : sources) {
        holdings.add(new Holding(source, label));
      }
      return null;
    }
    if (stored != null) {
      touched.add(stored.getInt(Integer.BYTES));
    }
    if (sources.isEmpty()) {
      return null;
    }
    added++;
    return new Tuple2<>(content.isNew(), new byte[0]);
  }
}
