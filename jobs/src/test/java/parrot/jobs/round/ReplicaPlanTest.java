package parrot.jobs.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import parrot.datasets.order.BatchPath;
import parrot.datasets.order.Minibatch;
import parrot.datasets.shard.RowRef;
import parrot.model.exchange.OuterStep;

class ReplicaPlanTest {
  private static final List<Minibatch> MINIBATCHES =
      IntStream.range(0, 3)
          .mapToObj(i -> new BatchPath("hdfs://h/data", List.of(new RowRef(0, 0, i))))
          .map(path -> new Minibatch(List.of(path)))
          .toList();

  @Test
  void minibatchesAreDealtInTurn() {
    List<ReplicaPlan> plans = ReplicaPlan.deal(MINIBATCHES, 2);
    assertThat(plans)
        .containsExactly(
            new ReplicaPlan(0, List.of(MINIBATCHES.get(0), MINIBATCHES.get(2))),
            new ReplicaPlan(1, List.of(MINIBATCHES.get(1))));
    RoundPlan round = new RoundPlan(1, plans, 0, null, OuterStep.AVERAGE);
    assertThat(round.minibatches()).isEqualTo(3);
    assertThat(round.examples()).isEqualTo(3);
    assertThat(round.steps()).isEqualTo(2);
  }

  @Test
  void aReplicaMayHaveNothingToDo() {
    assertThat(ReplicaPlan.deal(MINIBATCHES, 5).get(4).minibatches()).isEmpty();
  }
}
