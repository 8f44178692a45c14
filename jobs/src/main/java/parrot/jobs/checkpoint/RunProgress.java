package parrot.jobs.checkpoint;

import java.util.List;
import parrot.jobs.balance.ExpertBalance;

/**
 * Where a run stands after a round, beside parameters and updater state.
 *
 * @param version of this record
 * @param round rounds done
 * @param iteration steps that each replica has done
 * @param minibatches consumed by all replicas, the position in the data
 * @param examples trained on
 * @param tokens trained on, visual ones not counted
 * @param data fingerprints of what is trained on
 * @param balance how experts are steered; absent in files of runs that had no such thing
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

  public static RunProgress start(List<String> data, ExpertBalance balance) {
    return new RunProgress(VERSION, 0, 0, 0, 0, 0, data, balance);
  }
}
