package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which of many things are alike, directly or through others. Each group is called by its smallest
 * number. What is alone is not kept, so it takes 20 bytes for each thing in a group; up to 150
 * while groups are found.
 */
final class NearGroups implements Serializable {
  private static final long serialVersionUID = 1L;

  static final NearGroups NONE = of(new long[0]);

  private final long[] members;
  private final long[] firsts;
  private final int[] ranks;

  private NearGroups(long[] members, long[] firsts, int[] ranks) {
    this.members = members;
    this.firsts = firsts;
    this.ranks = ranks;
  }

  /** Takes pairs one by one, and keeps few for each number in them. */
  static final class Pairs {
    private long[] pairs = new long[1024];
    private int size;

    void add(long one, long other) {
      if (size == pairs.length) {
        long[] links = groups().links();
        pairs = Arrays.copyOf(links, Math.max(pairs.length, 2 * links.length));
        size = links.length;
      }
      pairs[size++] = one;
      pairs[size++] = other;
    }

    /**
     * @param links of other groups
     */
    void addAll(long[] links) {
      for (int i = 0; i < links.length; i += 2) {
        add(links[i], links[i + 1]);
      }
    }

    NearGroups groups() {
      return of(Arrays.copyOf(pairs, size));
    }
  }

  /**
   * The groups of pairs of numbers.
   *
   * @param pairs one after the other
   */
  private static NearGroups of(long[] pairs) {
    long[] members = sortedOnce(pairs);
    int[] parents = IntStream.range(0, members.length).toArray();
    for (int i = 0; i < pairs.length; i += 2) {
      int one = root(parents, Arrays.binarySearch(members, pairs[i]));
      int other = root(parents, Arrays.binarySearch(members, pairs[i + 1]));
      parents[Math.max(one, other)] = Math.min(one, other);
    }
    long[] firsts = new long[members.length];
    int[] ranks = new int[members.length];
    int[] sizes = new int[members.length];
    for (int at = 0; at < members.length; at++) {
      int root = root(parents, at);
      firsts[at] = members[root];
      ranks[at] = sizes[root]++;
    }
    return new NearGroups(members, firsts, ranks);
  }

  private static long[] sortedOnce(long[] numbers) {
    long[] sorted = numbers.clone();
    Arrays.sort(sorted);
    int count = 0;
    for (long number : sorted) {
      if (count == 0 || number != sorted[count - 1]) {
        sorted[count++] = number;
      }
    }
    return Arrays.copyOf(sorted, count);
  }

  /** Shortens the way that it goes. */
  private static int root(int[] parents, int member) {
    int at = member;
    while (parents[at] != at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  }

  /** The fewest pairs that make these groups: each member but the first with the first. */
  long[] links() {
    long[] links = new long[2 * members.length];
    int size = 0;
    for (int at = 0; at < members.length; at++) {
      if (members[at] != firsts[at]) {
        links[size++] = members[at];
        links[size++] = firsts[at];
      }
    }
    return Arrays.copyOf(links, size);
  }

  /** The smallest number of the group that {@code member} is in; itself if it is alone. */
  long first(long member) {
    int at = Arrays.binarySearch(members, member);
    return at < 0 ? member : firsts[at];
  }

  /** How many of the group have a smaller number than {@code member}. */
  int rank(long member) {
    int at = Arrays.binarySearch(members, member);
    return at < 0 ? 0 : ranks[at];
  }

  boolean isAlone(long member) {
    return Arrays.binarySearch(members, member) < 0;
  }
}
