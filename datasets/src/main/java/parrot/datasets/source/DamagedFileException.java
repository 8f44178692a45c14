package parrot.datasets.source;

import parrot.datasets.DataException;

/** The bytes of a file do not tell its rows apart; the message says from which byte on. */
public final class DamagedFileException extends DataException {
  private static final long serialVersionUID = 1L;

  private final boolean rowsBefore;

  DamagedFileException(String message, boolean rowsBefore) {
    super(message);
    this.rowsBefore = rowsBefore;
  }

  /** Whether a whole row comes before the damage. */
  public boolean hasRowsBefore() {
    return rowsBefore;
  }
}
