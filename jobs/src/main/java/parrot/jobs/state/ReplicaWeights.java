package parrot.jobs.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.Averaging.Stretch;
import parrot.model.exchange.StateLayout;

/**
 * How replicas are weighted: by examples or, for the parameters of experts, by load if so wanted.
 * Moments are always weighted by examples.
 *
 * @param averaging of chunks
 * @param experts whose parameters are weighted by load; empty for none
 */
public record ReplicaWeights(Averaging averaging, List<ExpertRange> experts)
    implements Serializable {
  public ReplicaWeights {
    experts = experts.stream().sorted(Comparator.comparingLong(ExpertRange::offset)).toList();
  }

  /**
   * Stretches of one chunk, each with a weight for each replica.
   *
   * @param replicas that count, at least one
   */
  List<Stretch> stretches(StateLayout.Chunk chunk, List<ReplicaPiece> replicas) {
    double[] usual = weights(replicas, ReplicaPiece::examples);
    List<Stretch> stretches = new ArrayList<>();
    int done = 0;
    if (chunk.section() == StateLayout.Section.PARAMETERS) {
      for (ExpertRange range : experts) {
        int from = within(range.offset() - chunk.offset(), chunk.length());
        int to = within(range.offset() + range.length() - chunk.offset(), chunk.length());
        if (from < to) {
          add(stretches, done, from, usual);
          add(stretches, from, to, byLoad(range.expert(), replicas, usual));
          done = to;
        }
      }
    }
    add(stretches, done, chunk.length(), usual);
    return stretches;
  }

  private static int within(long at, int length) {
    return (int) Math.max(0, Math.min(length, at));
  }

  private static void add(List<Stretch> stretches, int from, int to, double[] weights) {
    if (from < to) {
      stretches.add(new Stretch(from, to, weights));
    }
  }

  /** By examples if no replica has used the expert: it has not learned, so any mean is the same. */
  private static double[] byLoad(int expert, List<ReplicaPiece> replicas, double[] usual) {
    double total = 0;
    for (ReplicaPiece replica : replicas) {
      total += load(replica, expert);
    }
    return total > 0 ? weights(replicas, replica -> load(replica, expert)) : usual;
  }

  private static double load(ReplicaPiece replica, int expert) {
    double[] loads = replica.expertLoad();
    return expert < loads.length ? loads[expert] : 0;
  }

  private static double[] weights(
      List<ReplicaPiece> replicas, ToDoubleFunction<ReplicaPiece> amount) {
    double total = replicas.stream().mapToDouble(amount).sum();
    return replicas.stream().mapToDouble(amount).map(one -> one / total).toArray();
  }
}
