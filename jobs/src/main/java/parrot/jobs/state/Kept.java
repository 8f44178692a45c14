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
 * @param contributions whether it keeps the values that it has given to the average, because it
 *     goes on from them
 */
public record Kept(StateLayout layout, boolean residuals, BitSet local, boolean contributions)
    implements Serializable {
  /** Replicas keep nothing. */
  public static Kept nothing(StateLayout layout) {
    return new Kept(layout, false, new BitSet(), false);
  }

  public boolean isNothing() {
    return !residuals && local.isEmpty() && !contributions;
  }

  /** Numbers of a replica. */
  int numbers() {
    return layout.count() + layout.parameterChunks();
  }

  /** The number of a chunk's residual, for a chunk of parameters. */
  public int residual(int chunk) {
    return chunk;
  }

  /** Whether the replica keeps its own values of a chunk. */
  public boolean hasValues(int chunk) {
    return contributions || local.get(chunk);
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
