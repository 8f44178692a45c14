package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which of many things are alike, directly or through others. Each group is called by its smallest
 * number. What is alone is not kept, so it takes 20 bytes for each thing in a group.
 */
final class NearGroups implements Serializable {
  private static final long serialVersionUID = 1L;

  static final NearGroups NONE = of(List.of());

  private final long[] members;
  private final long[] firsts;
  private final int[] ranks;

  private NearGroups(long[] members, long[] firsts, int[] ranks) {
    this.members = members;
    this.firsts = firsts;
    this.ranks = ranks;
  }

  /** The groups of pairs of numbers. */
  static NearGroups of(List<long[]> pairs) {
    Map<Long, Long> parents = new HashMap<>();
    for (long[] pair : pairs) {
      long one = first(parents, pair[0]);
      long other = first(parents, pair[1]);
      parents.put(Math.max(one, other), Math.min(one, other));
    }
    TreeMap<Long, List<Long>> groups = new TreeMap<>();
    long[] members = parents.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    for (long member : members) {
      groups.computeIfAbsent(first(parents, member), key -> new ArrayList<>()).add(member);
    }
    long[] firsts = new long[members.length];
    int[] ranks = new int[members.length];
    groups.forEach(
        (first, group) -> {
          for (int rank = 0; rank < group.size(); rank++) {
            int at = Arrays.binarySearch(members, group.get(rank));
            firsts[at] = first;
            ranks[at] = rank;
          }
        });
    return new NearGroups(members, firsts, ranks);
  }

  /** Shortens the way that it goes. */
  private static long first(Map<Long, Long> parents, long member) {
    long at = member;
    for (long parent; (parent = parents.computeIfAbsent(at, key -> key)) != at; at = parent) {
      parents.put(at, parents.get(parent));
    }
    return at;
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
