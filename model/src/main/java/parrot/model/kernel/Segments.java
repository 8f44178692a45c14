package parrot.model.kernel;

import java.util.Arrays;

/**
 * Which rows attend to which: segment {@code i} has the query rows {@code queries[i]} to {@code
 * queries[i + 1]} and the key rows {@code keys[i]} to {@code keys[i + 1]}.
 *
 * @param queries row boundaries of the queries, ascending from 0, one more than segments
 * @param keys row boundaries of the keys, in the same form
 * @param heads query heads; a row of queries has {@code heads * headSize} values
 * @param keyHeads key and value heads; divides {@code heads}
 * @param headSize values of one head
 * @param causal whether query {@code t} of a segment sees keys up to {@code t + keys - queries}
 *     only, so that the last query sees every key
 * @param seen how many keys of its segment each query row sees, ascending within a segment; null if
 *     {@code causal} says it
 */
public record Segments(
    int[] queries, int[] keys, int heads, int keyHeads, int headSize, boolean causal, int[] seen) {
  public Segments {
    if (queries.length != keys.length || queries.length < 1) {
      throw new IllegalArgumentException(
          "Invalid segments: " + queries.length + " query and " + keys.length + " key boundaries");
    }
    if (heads % keyHeads != 0) {
      throw new IllegalArgumentException(
          "Invalid heads: " + heads + " (must be a multiple of key heads, " + keyHeads + ")");
    }
  }

  public Segments(
      int[] queries, int[] keys, int heads, int keyHeads, int headSize, boolean causal) {
    this(queries, keys, heads, keyHeads, headSize, causal, null);
  }

  /** Segments in which queries and keys are the same rows. */
  public static Segments self(
      int[] boundaries, int heads, int keyHeads, int headSize, boolean causal) {
    return new Segments(boundaries, boundaries, heads, keyHeads, headSize, causal);
  }

  public int count() {
    return queries.length - 1;
  }

  /** One of them by itself, its rows of queries and of keys counted from 0. */
  public Segments only(int segment) {
    int from = queries[segment];
    int to = queries[segment + 1];
    return new Segments(
        new int[] {0, to - from},
        new int[] {0, keys[segment + 1] - keys[segment]},
        heads,
        keyHeads,
        headSize,
        causal,
        seen == null ? null : Arrays.copyOfRange(seen, from, to));
  }

  /** How many keys of its segment a query row sees. */
  public int seen(int segment, int query) {
    if (seen != null) {
      return seen[query];
    }
    int all = keys[segment + 1] - keys[segment];
    return causal ? all - (queries[segment + 1] - query - 1) : all;
  }
}
