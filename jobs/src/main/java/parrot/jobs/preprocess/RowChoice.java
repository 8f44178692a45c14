package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import scala.Tuple2;

/**
 * Chooses one row of each content among sorted ones. A row that a shard held stays if it is still
 * in the input; else it is the first in the input, unless a shard that stays has the content.
 */
final class RowChoice implements Iterator<RowChoice.Chosen> {
  /**
   * How rows are chosen.
   *
   * @param allNew whether no shard stays, so that no row is marked as new
   * @param broken labels of stored rows that stay only if a prepared row equals them
   * @param firstLabel of the rows of the first source; each next source has the next one
   */
  record Rules(boolean allNew, Set<Integer> broken, int firstLabel) implements Serializable {
    /** Of a data set made from nothing. */
    static final Rules FIRST = new Rules(true, Set.of(), 0);
  }

  /**
   * @param key with the content
   * @param label of the source that the row came from
   */
  record Chosen(RowKey key, PreparedRow row, int label) {}

  private final Iterator<Tuple2<RowKey, byte[]>> rows;
  private final Rules rules;
  private final SortedSet<Holding> holdings = new TreeSet<>();
  private Tuple2<RowKey, byte[]> next;
  private Chosen chosen;
  private long duplicates;

  /**
   * @param rows in the order of their keys
   */
  RowChoice(Iterator<Tuple2<RowKey, byte[]>> rows, Rules rules) {
    this.rows = rows;
    this.rules = rules;
    advance();
  }

  private void advance() {
    next = rows.hasNext() ? rows.next() : null;
  }

  @Override
  public boolean hasNext() {
    while (chosen == null && next != null) {
      chosen = choose();
    }
    return chosen != null;
  }

  @Override
  public Chosen next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Chosen result = chosen;
    chosen = null;
    return result;
  }

  /** Of the rows with the next content; null if none is to be written. */
  private Chosen choose() {
    RowKey content = next._1();
    boolean isNew = rules.allNew();
    Chosen stored = null;
    boolean stays = false;
    Tuple2<RowKey, byte[]> first = null;
    SortedSet<Integer> sources = new TreeSet<>();
    for (; next != null && next._1().sameContent(content); advance()) {
      RowKey key = next._1();
      if (key.marksNew()) {
        isNew = true;
      } else if (key.isStored()) {
        stored = new Chosen(key, decode(next), key.label());
        stays = !rules.broken().contains(key.label());
      } else {
        stays |= stored != null && decode(next).details() == stored.row().details();
        duplicates += first == null ? 0 : 1;
        first = first == null ? next : first;
        sources.add(key.file());
      }
    }
    Chosen result = null;
    if (stays) {
      result = stored;
    } else if (isNew && first != null) {
      int label = rules.firstLabel() + first._1().file();
      result = new Chosen(first._1(), decode(first), label);
    }
    if (result != null) {
      for (int source : sources) {
        holdings.add(new Holding(source, result.label()));
      }
    }
    return result;
  }

  private static PreparedRow decode(Tuple2<RowKey, byte[]> row) {
    return RowCodec.decode(row._2());
  }

  /** Prepared rows so far whose content an earlier one had. */
  long duplicates() {
    return duplicates;
  }

  /** Which prepared sources have rows that chosen ones of a label stand for. */
  SortedSet<Holding> holdings() {
    return holdings;
  }
}
