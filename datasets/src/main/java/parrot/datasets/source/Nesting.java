package parrot.datasets.source;

import java.util.BitSet;

/** The brackets that are open, an object or a list each. */
final class Nesting {
  private final BitSet objects = new BitSet();
  private int depth;

  int depth() {
    return depth;
  }

  /** Whether the innermost is an object. */
  boolean inObject() {
    return depth > 0 && objects.get(depth - 1);
  }

  void open(boolean object) {
    objects.set(depth++, object);
  }

  /** Closes the innermost, if there is one. */
  void close() {
    depth = Math.max(0, depth - 1);
  }

  void clear() {
    depth = 0;
  }
}
