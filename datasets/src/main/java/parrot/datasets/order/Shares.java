package parrot.datasets.order;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes turns by share: next is the item furthest behind its share, so that every stretch of turns
 * has the shares of the whole.
 */
final class Shares<T> {
  private final List<T> items = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();
  private final List<Long> taken = new ArrayList<>();
  private double total;
  private long turns;

  /** An item whose share is {@code share} of the sum of all. */
  void add(T item, double share) {
    items.add(item);
    shares.add(share);
    taken.add(0L);
    total += share;
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  /** The sum of the shares as they were added. */
  double total() {
    return total;
  }

  T next() {
    turns++;
    int furthest = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < items.size(); i++) {
      double behind = shares.get(i) / total * turns - taken.get(i);
      if (behind > most) {
        most = behind;
        furthest = i;
      }
    }
    taken.set(furthest, taken.get(furthest) + 1);
    return items.get(furthest);
  }
}
