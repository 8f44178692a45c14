package parrot.jobs.state;

import java.io.Serializable;
import java.util.BitSet;
import parrot.model.exchange.StateLayout;

/**
 * What each replica keeps for itself from a round to the next, and under which numbers.
 *
 * @param layout of the state
 * @param residuals whether it keeps what rounding has lost of its parameters
 * @param local chunks that were not averaged: each replica has its own values, the state has none
 */
public record Kept(StateLayout layout, boolean residuals, BitSet local) implements Serializable {
  /** Replicas keep nothing. */
  public static Kept nothing(StateLayout layout) {
    return new Kept(layout, false, new BitSet());
  }

  public boolean isNothing() {
    return !residuals && local.isEmpty();
  }

  /** Numbers of a replica. */
  int numbers() {
    return layout.count() + layout.parameterChunks();
  }

  /** The number of a chunk's residual, for a chunk of parameters. */
  public int residual(int chunk) {
    return chunk;
  }

  /** The number of the replica's own values of a chunk. */
  public int values(int chunk) {
    return chunk < layout.parameterChunks() ? layout.count() + chunk : chunk;
  }

  /** Values that replicas share: each reads them from the state. */
  public long shared() {
    long values = 0;
    for (int i = 0; i < layout.count(); i++) {
      values += local.get(i) ? 0 : layout.chunk(i).length();
    }
    return values;
  }
}
