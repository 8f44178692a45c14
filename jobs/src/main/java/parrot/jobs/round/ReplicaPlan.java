package parrot.jobs.round;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import parrot.datasets.order.Minibatch;

/**
 * The minibatches that one task computes, in order.
 *
 * @param replica number of the replica, counted from 0
 * @param minibatches one for each step; may be none in the last round
 */
public record ReplicaPlan(int replica, List<Minibatch> minibatches) implements Serializable {
  public ReplicaPlan {
    minibatches = List.copyOf(minibatches);
  }

  /** Deals minibatches out in turn, so that step s of all replicas together is one stretch. */
  public static List<ReplicaPlan> deal(List<Minibatch> minibatches, int replicas) {
    List<ReplicaPlan> plans = new ArrayList<>();
    for (int replica = 0; replica < replicas; replica++) {
      List<Minibatch> own = new ArrayList<>();
      for (int i = replica; i < minibatches.size(); i += replicas) {
        own.add(minibatches.get(i));
      }
      plans.add(new ReplicaPlan(replica, own));
    }
    return plans;
  }

  long examples() {
    return minibatches.stream().mapToLong(Minibatch::size).sum();
  }
}
