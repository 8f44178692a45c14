package parrot.model.exchange;

import java.io.Serializable;
import java.util.BitSet;

/**
 * How often AdamW's moments are averaged. In the rounds between, each replica goes on with its own,
 * which are not sent.
 *
 * @param first rounds from one average of the first moments to the next
 * @param second the same for second moments, which change more slowly
 */
public record MomentClocks(int first, int second) implements Serializable {
  /** All moments are averaged in every round. */
  public static final MomentClocks EVERY_ROUND = new MomentClocks(1, 1);

  public MomentClocks {
    if (first < 1 || second < 1) {
      throw new IllegalArgumentException(
          "Invalid rounds between averages of moments: %d and %d (must be at least 1)"
              .formatted(first, second));
    }
  }

  /** Whether replicas may have moments of their own between rounds. */
  public boolean keepsLocal() {
    return !equals(EVERY_ROUND);
  }

  /**
   * Chunks whose values are not averaged in a round.
   *
   * @param layout that tells first moments from second ones, if any are kept local
   * @param round counted from 1; after round 0, the start, all replicas have the same
   */
  public BitSet local(StateLayout layout, int round) {
    BitSet local = new BitSet();
    if (round % first != 0) {
      layout.ofMoments(false).forEach(local::set);
    }
    if (round % second != 0) {
      layout.ofMoments(true).forEach(local::set);
    }
    return local;
  }

  /** Bytes that a replica sends of the moments of so many parameters, in the mean of all rounds. */
  public long bytes(long parameters, ExchangeFormat format) {
    long each = StateLayout.bytes(parameters, format.forMoments());
    return each / first + each / second;
  }
}
