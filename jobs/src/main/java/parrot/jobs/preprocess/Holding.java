package parrot.jobs.preprocess;

import java.util.Comparator;

/**
 * A source has a row that a written row with this label stands for.
 *
 * @param source its number among those that are prepared
 */
record Holding(int source, int label) implements Comparable<Holding> {
  private static final Comparator<Holding> ORDER =
      Comparator.comparingInt(Holding::source).thenComparingInt(Holding::label);

  @Override
  public int compareTo(Holding other) {
    return ORDER.compare(this, other);
  }
}
