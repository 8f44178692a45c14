package parrot.jobs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;
import parrot.model.network.Tally;
import scala.Tuple2;

class ReduceChunksTest {
  private static final StateLayout LAYOUT = new StateLayout(3, 6);
  private static final OuterStep DILOCO = new OuterStep(0.5, 0.9);

  private static StateChunk chunk(int index, byte[] outerMomentum, float... values) {
    return new StateChunk(index, Floats.bytes(values), outerMomentum, ChunkOutcome.NONE);
  }

  private static StateChunk parameters(float... values) {
    return chunk(0, new byte[0], values);
  }

  private static ReplicaPiece piece(int chunk, int replica, long examples, float... values) {
    ReplicaOutcome outcome =
        chunk == 0
            ? new ReplicaOutcome(
                replica, new Tally(), RouterOutcome.NONE, null, "1", "host", 0, 0, 0, 0, 0, null)
            : null;
    byte[] encoded = values.length == 0 ? null : Floats.bytes(values);
    return new ReplicaPiece(chunk, replica, examples, encoded, new double[0], List.of(), outcome);
  }

  private static StateChunk reduce(OuterStep outer, StateChunk before, ReplicaPiece... pieces) {
    return reduce(outer, before, Arrays.asList(pieces));
  }

  private static StateChunk reduce(OuterStep outer, StateChunk before, List<ReplicaPiece> pieces) {
    ReplicaWeights weights =
        new ReplicaWeights(new Averaging(ExchangeFormat.F32, outer), List.of());
    Iterator<StateChunk> after =
        new ReduceChunks(LAYOUT, weights, new BitSet())
            .call(
                pieces.stream().map(piece -> new Tuple2<>(piece.chunk(), piece)).iterator(),
                List.of(before).iterator());
    return StateChunk.only(after);
  }

  @Test
  void theMeanIsWeightedByExamples() {
    StateChunk after =
        reduce(
            OuterStep.AVERAGE,
            parameters(9, 9, 9),
            piece(0, 0, 1, 0, 4, 8),
            piece(0, 1, 3, 4, 8, 0));
    assertThat(Floats.of(after.values())).containsExactly(3, 7, 2);
    assertThat(after.index()).isZero();
  }

  @Test
  void piecesMayArriveInAnyOrder() {
    List<ReplicaPiece> pieces = new ArrayList<>();
    for (int replica = 0; replica < 5; replica++) {
      pieces.add(piece(0, replica, replica + 1, 0.1f * replica, 1e8f, -1e8f / (replica + 1)));
    }
    StateChunk ordered = reduce(OuterStep.AVERAGE, parameters(0, 0, 0), pieces);
    Collections.reverse(pieces);
    StateChunk reversed = reduce(OuterStep.AVERAGE, parameters(0, 0, 0), pieces);
    assertThat(reversed.values()).isEqualTo(ordered.values());
    assertThat(reversed.outcome().replicas())
        .extracting(ReplicaOutcome::replica)
        .containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void replicasWithoutValuesOrExamplesDoNotCount() {
    StateChunk after =
        reduce(
            OuterStep.AVERAGE,
            parameters(9, 9, 9),
            piece(0, 0, 5),
            piece(0, 1, 2, 1, 2, 3),
            piece(0, 2, 0, 7, 7, 7));
    assertThat(Floats.of(after.values())).containsExactly(1, 2, 3);
    assertThat(after.outcome().replicas()).hasSize(3);
  }

  @Test
  void theChunkStaysIfNoReplicaCounts() {
    StateChunk before = chunk(0, Floats.bytes(1, 1, 1), 4, 5, 6);
    StateChunk after = reduce(DILOCO, before, piece(0, 0, 5), piece(0, 1, 0, 7, 7, 7));
    assertThat(after.values()).isEqualTo(before.values());
    assertThat(after.outerMomentum()).isEqualTo(before.outerMomentum());
  }

  @Test
  void theOuterStepUpdatesItsMomentum() {
    StateChunk before = chunk(0, Floats.bytes(0, 1, 0), 4, 4, 4);
    StateChunk after = reduce(DILOCO, before, piece(0, 0, 5, 2, 4, 5));
    // v = 0.9 v + (before - mean); step = 0.5 (g + 0.9 v)
    assertThat(Floats.of(after.outerMomentum())).containsExactly(2, 0.9f, -1);
    assertThat(Floats.of(after.values()))
        .containsExactly(4 - 0.5f * 3.8f, 4 - 0.5f * 0.81f, 4 + 0.5f * 1.9f);
  }

  @Test
  void momentsAreAveragedWithoutAnOuterStep() {
    StateChunk after =
        reduce(
            DILOCO,
            chunk(1, new byte[0], 9, 9, 9, 9, 9, 9),
            piece(1, 0, 1, 0, 0, 0, 0, 0, 0),
            piece(1, 1, 1, 2, 4, 6, 8, 10, 12));
    assertThat(Floats.of(after.values())).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(after.outerMomentum()).isEmpty();
    assertThat(after.outcome().replicas()).isEmpty();
  }

  @Test
  void countsTheBytesThatArrived() {
    StateChunk after =
        reduce(OuterStep.AVERAGE, parameters(0, 0, 0), piece(0, 0, 1, 1, 2, 3), piece(0, 1, 4));
    assertThat(after.outcome().bytesIn()).isEqualTo(12);
    assertThat(after.outcome().ended()).isGreaterThanOrEqualTo(after.outcome().began());
  }

  @Test
  void refusesTwoChunksInAPartition() {
    StateChunk one = parameters(1, 2, 3);
    assertThatThrownBy(() -> StateChunk.only(List.of(one, one).iterator()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("it has two chunks");
  }
}
