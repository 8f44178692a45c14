package parrot.jobs.preprocess;

import java.io.Serializable;

/**
 * What prints are sorted by to bring those together that may be alike.
 *
 * <p>A class, not a record: Kryo cannot write records by itself.
 */
final class NearKey implements Serializable, Comparable<NearKey> {
  private static final long serialVersionUID = 1L;

  private final long word;
  private final long order;
  private final long id;

  NearKey(long word, long order, long id) {
    this.word = word;
    this.order = order;
    this.id = id;
  }

  long word() {
    return word;
  }

  long id() {
    return id;
  }

  @Override
  public int compareTo(NearKey other) {
    int result = Long.compare(word, other.word);
    result = result != 0 ? result : Long.compareUnsigned(order, other.order);
    return result != 0 ? result : Long.compare(id, other.id);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NearKey that && compareTo(that) == 0;
  }

  /** Of the word alone: prints of one word belong into one partition. */
  @Override
  public int hashCode() {
    return Long.hashCode(word * 0x9e3779b97f4a7c15L);
  }
}
