package parrot.jobs.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;

class ReplicaWeightsTest {
  private static final List<ReplicaPiece> REPLICAS =
      List.of(replica(0, 30, 1, 0, 0), replica(1, 10, 3, 5, 0));

  private static ReplicaPiece replica(int number, long examples, double... load) {
    return new ReplicaPiece(0, number, examples, new byte[0], load, List.of(), null);
  }

  private static ReplicaWeights weights(ExpertRange... experts) {
    return new ReplicaWeights(
        new Averaging(ExchangeFormat.F32, OuterStep.AVERAGE), Arrays.asList(experts));
  }

  /** Stretches as "from-to: weights". */
  private static List<String> stretches(ReplicaWeights weights, Chunk chunk) {
    return weights.stretches(chunk, REPLICAS).stream()
        .map(one -> one.from() + "-" + one.to() + ": " + Arrays.toString(one.weights()))
        .toList();
  }

  @Test
  void replicasCountByExamples() {
    Chunk chunk = new StateLayout(100, 0).chunk(0);
    assertThat(stretches(weights(), chunk)).containsExactly("0-100: [0.75, 0.25]");
  }

  @Test
  void expertsCountByLoad() {
    Chunk chunk = new StateLayout(100, 0).chunk(0);
    ReplicaWeights weights = weights(new ExpertRange(1, 60, 20), new ExpertRange(0, 40, 20));
    assertThat(stretches(weights, chunk))
        .containsExactly(
            "0-40: [0.75, 0.25]",
            "40-60: [0.25, 0.75]",
            "60-80: [0.0, 1.0]",
            "80-100: [0.75, 0.25]");
  }

  @Test
  void anExpertThatNoReplicaHasUsedCountsByExamples() {
    Chunk chunk = new StateLayout(100, 0).chunk(0);
    for (int expert : List.of(2, 7)) { // without load, and beyond all loads
      assertThat(stretches(weights(new ExpertRange(expert, 0, 100)), chunk))
          .containsExactly("0-100: [0.75, 0.25]");
    }
  }

  @Test
  void anExpertMayBeginInOneChunkAndEndInAnother() {
    StateLayout layout = new StateLayout(2L * StateLayout.CHUNK, 0);
    ReplicaWeights weights = weights(new ExpertRange(0, StateLayout.CHUNK - 10, 30));
    assertThat(stretches(weights, layout.chunk(0)))
        .containsExactly(
            "0-%d: [0.75, 0.25]".formatted(StateLayout.CHUNK - 10),
            "%d-%d: [0.25, 0.75]".formatted(StateLayout.CHUNK - 10, StateLayout.CHUNK));
    assertThat(stretches(weights, layout.chunk(1)))
        .containsExactly("0-20: [0.25, 0.75]", "20-%d: [0.75, 0.25]".formatted(StateLayout.CHUNK));
  }

  @Test
  void momentsAlwaysCountByExamples() {
    Chunk moments = new StateLayout(50, 100).chunk(1);
    assertThat(moments.section()).isEqualTo(Section.MOMENTS);
    assertThat(stretches(weights(new ExpertRange(0, 0, 50)), moments))
        .containsExactly("0-100: [0.75, 0.25]");
  }
}
