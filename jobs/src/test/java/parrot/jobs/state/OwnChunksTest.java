package parrot.jobs.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import parrot.jobs.spark.SparkSessions;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;

/** What replicas keep of several chunks comes back to the replica that they belong to. */
class OwnChunksTest {
  private static final StateLayout THREE_CHUNKS = new StateLayout(2L * StateLayout.CHUNK + 1, 0);
  private static final Kept KEPT = new Kept(THREE_CHUNKS, true, new BitSet(), false);
  private static final ReplicaWeights MIXING =
      new ReplicaWeights(new Averaging(ExchangeFormat.INT8, OuterStep.AVERAGE), List.of());
  private static SparkSession session;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("residuals", "local[2]", Map.of());
    spark = SparkSessions.context(session);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void whatARoundLeavesIsFoundByTheNext() {
    ExecutorState first = state();
    ExecutorState second = round(first);
    assertThat(residuals(second)).containsExactly("0 1 2", "10 11 12");
    assertThat(residuals(round(second))).containsExactly("0 2 4", "20 22 24");
  }

  @Test
  void whatACheckpointHasIsFoundByTheFirst() {
    ExecutorState resumed =
        state().withOwn(KEPT, 2, (replica, chunk) -> chunk(chunk, 50 + 10 * replica + chunk));
    assertThat(residuals(resumed)).containsExactly("50 51 52", "60 61 62");
    assertThat(residuals(round(resumed))).containsExactly("50 52 54", "70 72 74");
  }

  private static ExecutorState state() {
    return ExecutorState.of(
        spark,
        THREE_CHUNKS,
        IntStream.range(0, THREE_CHUNKS.count()).mapToObj(index -> chunk(index, 0)).toList());
  }

  private static StateChunk chunk(int index, int value) {
    return new StateChunk(index, new byte[] {(byte) value}, new byte[0], ChunkOutcome.NONE);
  }

  /** Each residual grows by ten times the replica's number and the chunk's. */
  private static ExecutorState round(ExecutorState state) {
    return state
        .next(
            spark.parallelize(List.of(0, 1), 2),
            (replica, chunks, residuals) ->
                IntStream.range(0, 3)
                    .mapToObj(
                        index -> {
                          StateChunk old = residuals.chunk(index);
                          int sum = (old == null ? 0 : old.values()[0]) + 10 * replica + index;
                          return new ReplicaPiece(
                              index,
                              replica,
                              0,
                              null,
                              new double[0],
                              List.of(chunk(index, sum)),
                              null);
                        })
                    .iterator(),
            MIXING,
            KEPT)
        .state();
  }

  private static List<String> residuals(ExecutorState state) {
    return state.collectOwn(
        (replica, none, own) ->
            List.of(
                    own.chunk(0).values()[0]
                        + " "
                        + own.chunk(1).values()[0]
                        + " "
                        + own.chunk(2).values()[0])
                .iterator(),
        String.class);
  }
}
