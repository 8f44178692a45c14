package parrot.jobs.checkpoint;

import java.util.List;
import parrot.jobs.balance.ExpertBalance;

/**
 * How far a run has come after a round, and how its experts are steered.
 *
 * @param version of this record
 * @param round rounds done
 * @param iteration steps that each replica has done
 * @param minibatches consumed by all replicas, the position in the data
 * @param examples trained on
 * @param tokens trained on, visual ones not counted
 * @param data fingerprints of what is trained on
 * @param balance how experts are steered; older versions did not write it
 */
public record RunProgress(
    int version,
    int round,
    int iteration,
    long minibatches,
    long examples,
    long tokens,
    List<String> data,
    ExpertBalance balance) {
  public static final int VERSION = 1;

  public RunProgress {
    data = List.copyOf(data);
    balance = balance == null ? ExpertBalance.NONE : balance;
  }

  /**
   * The progress after one more round.
   *
   * @param steps of the round, of each replica
   * @param minibatches of the round, as are examples and tokens
   */
  public RunProgress afterRound(
      int steps, int minibatches, long examples, long tokens, ExpertBalance balance) {
    return new RunProgress(
        VERSION,
        round + 1,
        iteration + steps,
        this.minibatches + minibatches,
        this.examples + examples,
        this.tokens + tokens,
        data,
        balance);
  }

  /** Before the first round. */
  public static RunProgress start(List<String> data, ExpertBalance balance) {
    return new RunProgress(VERSION, 0, 0, 0, 0, 0, data, balance);
  }
}
