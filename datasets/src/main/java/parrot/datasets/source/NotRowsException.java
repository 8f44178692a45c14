package parrot.datasets.source;

import parrot.datasets.DataException;

/** A file is something else than rows; the message says what, and what to do about it. */
public final class NotRowsException extends DataException {
  private static final long serialVersionUID = 1L;

  private final String kind;
  private final boolean certain;

  /**
   * @param words what the file is, and after a semicolon what to do about it
   * @param certain whether no rows are lost without it, so that a folder may hold it
   */
  NotRowsException(String name, String words, boolean certain) {
    super("Cannot read " + name + ": neither a JSON array nor JSON lines; it is " + words);
    this.kind = words.split("; ")[0];
    this.certain = certain;
  }

  /** What the file is, as in "a Parquet file". */
  public String kind() {
    return kind;
  }

  /** Whether no rows are lost if a folder's search passes over it. */
  public boolean isCertain() {
    return certain;
  }
}
