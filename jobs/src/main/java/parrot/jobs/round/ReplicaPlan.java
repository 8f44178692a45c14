package parrot.jobs.round;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.datasets.order.Minibatch;

/**
 * What one replica does in one round; travels as text, a line for the number and one for each step.
 *
 * @param minibatches as {@link Minibatch#toString}; possibly none in the last round
 */
public record ReplicaPlan(int replica, List<String> minibatches) {
  public ReplicaPlan {
    minibatches = List.copyOf(minibatches);
  }

  /** Deals minibatches out in turn, so that each replica's steps follow each other in the order. */
  public static List<ReplicaPlan> deal(List<Minibatch> minibatches, int replicas) {
    List<ReplicaPlan> plans = new ArrayList<>();
    for (int replica = 0; replica < replicas; replica++) {
      List<String> own = new ArrayList<>();
      for (int i = replica; i < minibatches.size(); i += replicas) {
        own.add(minibatches.get(i).toString());
      }
      plans.add(new ReplicaPlan(replica, own));
    }
    return plans;
  }

  @Override
  public String toString() {
    return minibatches.isEmpty()
        ? Integer.toString(replica)
        : replica + "\n" + String.join("\n", minibatches);
  }

  public static ReplicaPlan parse(String text) {
    String[] lines = text.split("\n");
    return new ReplicaPlan(
        Integer.parseInt(lines[0]), Arrays.asList(lines).subList(1, lines.length));
  }
}
