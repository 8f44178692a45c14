package parrot.datasets.shard;

import parrot.datasets.DataException;

/**
 * What became of the rows that came in.
 *
 * @throws DataException if they do not add up
 */
public record Totals(long read, long written, long duplicate, long rejected) {
  public Totals {
    if (written < 0 || duplicate < 0 || rejected < 0 || read != written + duplicate + rejected) {
      throw new DataException(
          "Invalid totals: rows do not add up (read "
              + read
              + ", written "
              + written
              + ", duplicate "
              + duplicate
              + ", rejected "
              + rejected
              + ")");
    }
  }
}
