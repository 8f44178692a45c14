package parrot.datasets.benchmark;

import java.util.HashMap;
import java.util.Map;

/**
 * Which answers are not independent of each other: those to one question, rotated or translated,
 * and those about one image, if it is known. What shares any of these is one cluster.
 */
final class Clusters {
  private final Map<Object, Object> parents = new HashMap<>();

  /**
   * Adds a row of a benchmark, in any language.
   *
   * @param question the index of the question that it asks
   */
  void add(BenchmarkItem row, long question) {
    join(row.index(), question);
    if (!row.imageHash().isEmpty()) {
      join(row.imageHash(), question);
    }
  }

  /** The cluster of the row of that index; equal for rows of one cluster. */
  Object of(long index) {
    return root(index);
  }

  private void join(Object one, Object other) {
    parents.put(root(one), root(other));
  }

  private Object root(Object member) {
    Object root = member;
    for (Object parent = parents.get(root); parent != null && !parent.equals(root); ) {
      root = parent;
      parent = parents.get(root);
    }
    parents.put(member, root); // keeps the next walk short
    return root;
  }
}
