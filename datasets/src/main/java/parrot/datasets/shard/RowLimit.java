package parrot.datasets.shard;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import parrot.datasets.SplitMix;

/**
 * How many rows of a kind are used at most. Rows without a value are of no kind, and not limited.
 *
 * @param per column whose values are the kinds; for {@code tokens} and {@code answer_tokens},
 *     lengths up to the same power of two are one kind
 * @param rows of each kind, at most
 * @param share of all rows that are left, at most; exactly one of both is given
 * @param take which rows of a kind are used
 */
public record RowLimit(String per, OptionalLong rows, OptionalDouble share, Take take) {
  /** Which rows of a kind are used. */
  public enum Take {
    /** Those in front, in the order of the shards. */
    FIRST,
    /** Any, by seed. */
    RANDOM
  }

  /** What of each kind is used, and how much that leaves out. */
  static final class Chooser {
    private final RowLimit limit;
    private final long most;
    private final long seed;
    private final Map<String, PriorityQueue<Long>> best = new HashMap<>();

    /**
     * @param count of the rows that may be used
     */
    Chooser(RowLimit limit, long count, long seed) {
      this.limit = limit;
      this.most =
          limit.rows.isPresent()
              ? limit.rows.getAsLong()
              : (long) Math.floor(limit.share.getAsDouble() * count);
      this.seed = seed;
    }

    /** A row that may be used: its draw decides. */
    void draw(Object value, long position) {
      if (value == null) {
        return;
      }
      String kind = kind(value);
      PriorityQueue<Long> queue =
          best.computeIfAbsent(kind, key -> new PriorityQueue<>(Comparator.reverseOrder()));
      queue.add(rank(position));
      if (queue.size() > most) {
        queue.remove();
      }
    }

    /** Whether a row is used, after all were drawn. */
    boolean uses(Object value, long position) {
      if (value == null) {
        return true;
      }
      PriorityQueue<Long> queue = best.get(kind(value));
      return queue != null && !queue.isEmpty() && rank(position) <= queue.peek();
    }

    private long rank(long position) {
      return limit.take == Take.FIRST ? position : SplitMix.mix(seed ^ position) >>> 1;
    }

    private String kind(Object value) {
      boolean length =
          limit.per.equals(ShardSchema.TOKENS) || limit.per.equals(ShardSchema.ANSWER_TOKENS);
      if (length && value instanceof Number number) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, number.longValue() - 1));
        return "at most " + (1L << bits);
      }
      return value.toString();
    }
  }

  @Override
  public String toString() {
    return "%s of each %s, %s"
        .formatted(
            rows.isPresent()
                ? String.format(Locale.ROOT, "%,d rows", rows.getAsLong())
                : "%s of the rows".formatted(share.getAsDouble()),
            per,
            take.name().toLowerCase(Locale.ROOT));
  }
}
