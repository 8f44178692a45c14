package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import parrot.datasets.order.ExampleOrder;
import parrot.datasets.order.Minibatch;
import parrot.datasets.order.Mixture;
import parrot.datasets.shard.ShardedDataset;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.round.MeasureLosses;
import parrot.jobs.round.ReplicaPlan;
import parrot.jobs.round.RoundSettings;
import parrot.jobs.round.RowLoader;
import parrot.jobs.state.ExecutorState;
import parrot.model.layer.Routing;
import parrot.model.network.Tally;

/** Examples that are not trained on, and their losses. */
final class HeldOut {
  private final int every;
  private final List<ReplicaPlan> plans;

  /**
   * Plans to measure the first examples of each data set, by as many tasks as there are replicas.
   */
  HeldOut(TrainConfig config, List<ShardedDataset> datasets) throws IOException {
    this.every = config.data().heldOut().every();
    List<Minibatch> minibatches = new ArrayList<>();
    for (ShardedDataset dataset : datasets) {
      ExampleOrder order =
          new ExampleOrder(
              List.of(dataset), List.of(OptionalDouble.empty()), Mixture.OF_THE_DATA, 0);
      long count = Math.min(config.data().heldOut().examples(), order.rows());
      while (order.position() < count) {
        minibatches.add(
            order.take((int) Math.min(config.rounds().batchSize(), count - order.position())));
      }
    }
    this.plans = stretches(minibatches, Math.min(minibatches.size(), config.rounds().replicas()));
  }

  private static List<ReplicaPlan> stretches(List<Minibatch> minibatches, int count) {
    List<ReplicaPlan> plans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int begin = (int) ((long) minibatches.size() * i / count);
      int end = (int) ((long) minibatches.size() * (i + 1) / count);
      plans.add(new ReplicaPlan(i, minibatches.subList(begin, end)));
    }
    return plans;
  }

  /** Whether there is nothing to measure. */
  boolean isEmpty() {
    return plans.isEmpty();
  }

  /** Whether losses are measured after a round. */
  boolean isDue(int round, int rounds) {
    return !isEmpty() && (round % every == 0 || round == rounds);
  }

  /** Sums of the losses that a state has, added up in the order of the examples. */
  Tally measure(ExecutorState state, RoundSettings settings, Routing routing, RowLoader loader) {
    MeasureLosses work =
        new MeasureLosses(
            settings.network(), settings.optimizer(), settings.layout(), routing, loader);
    Tally sum = new Tally();
    state.collect(plans, work, Tally.class).forEach(sum::add);
    return sum;
  }
}
