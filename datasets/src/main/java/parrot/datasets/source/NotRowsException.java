package parrot.datasets.source;

import parrot.datasets.DataException;

/** A file is something else than rows; the message says what, and what to do about it. */
public final class NotRowsException extends DataException {
  private static final long serialVersionUID = 1L;

  private final String kind;
  private final boolean certain;

  /**
   * @param kind what the file is
   * @param certain whether no rows are lost without it, so that a folder may hold it
   */
  NotRowsException(String name, String kind, boolean certain) {
    super(
        "Cannot read "
            + name
            + ": neither a JSON array nor JSON lines (it is "
            + kind
            + "; plain, gzip, zstd and bzip2 are read)");
    this.kind = kind;
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
