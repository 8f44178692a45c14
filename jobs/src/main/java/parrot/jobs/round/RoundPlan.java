package parrot.jobs.round;

import java.util.List;
import parrot.model.exchange.OuterStep;
import parrot.model.layer.Routing;

/**
 * What a round does. The state before it, what replicas keep and this plan decide every bit of the
 * state after it.
 *
 * @param round its number, counted from 1
 * @param replicas one plan for each
 * @param iteration steps of each replica so far, which the schedule and Adam's correction count
 * @param routing how routers are steered; null for what the model's configuration says
 * @param outer the step from the state towards the replicas' mean
 */
public record RoundPlan(
    int round, List<ReplicaPlan> replicas, int iteration, Routing routing, OuterStep outer) {
  public RoundPlan {
    replicas = List.copyOf(replicas);
  }

  /** Examples of all replicas. */
  public long examples() {
    return replicas.stream().mapToLong(ReplicaPlan::examples).sum();
  }

  /** Minibatches of all replicas. */
  public int minibatches() {
    return replicas.stream().mapToInt(plan -> plan.minibatches().size()).sum();
  }

  /** Steps of the replica that does most. */
  int steps() {
    return replicas.stream().mapToInt(plan -> plan.minibatches().size()).max().orElse(0);
  }
}
