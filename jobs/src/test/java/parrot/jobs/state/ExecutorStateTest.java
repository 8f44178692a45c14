package parrot.jobs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.RDDBlockId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import parrot.jobs.spark.SparkSessions;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;
import parrot.model.network.Tally;

/** A state and the next ones, on a local executor that repeats tasks that fail. */
class ExecutorStateTest {
  private static final StateLayout LAYOUT = new StateLayout(4, 8);
  private static final Kept KEPT = new Kept(LAYOUT, true, new BitSet(), false);
  private static final List<Integer> REPLICAS = List.of(0, 1, 2);
  private static final AtomicInteger READS = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static final AtomicInteger RUNNING = new AtomicInteger();
  private static final AtomicInteger MOST = new AtomicInteger();
  private static SparkSession session;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("state", "local[2, 3]", Map.of());
    spark = SparkSessions.context(session);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static StateChunk chunk(int index) {
    READS.incrementAndGet();
    float[] values = new float[LAYOUT.chunk(index).length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 10 * index + i;
    }
    return new StateChunk(index, Floats.bytes(values), new byte[0], ChunkOutcome.NONE);
  }

  private static StateChunk residual(float value) {
    return new StateChunk(0, Floats.bytes(value), new byte[0], ChunkOutcome.NONE);
  }

  private static ExecutorState load() {
    return ExecutorState.load(spark, LAYOUT, ExecutorStateTest::chunk);
  }

  /** Adds a third of one more than the replica's number and its residual to every value. */
  private static Iterator<ReplicaPiece> add(
      Integer replica, StateReader state, StateReader residuals) {
    return IntStream.range(0, LAYOUT.count())
        .mapToObj(
            index -> {
              StateChunk old = index == 0 ? residuals.chunk(index) : null;
              float residual = old == null ? 0 : Floats.of(old.values())[0];
              float[] values = Floats.of(state.chunk(index).values());
              for (int i = 0; i < values.length; i++) {
                values[i] += (replica + 1) / 3f + residual;
              }
              ReplicaOutcome outcome =
                  index > 0
                      ? null
                      : new ReplicaOutcome(
                          replica,
                          new Tally(),
                          RouterOutcome.NONE,
                          null,
                          "1",
                          "host",
                          0,
                          0,
                          0,
                          0,
                          0,
                          null);
              return new ReplicaPiece(
                  index,
                  replica,
                  replica + 1,
                  Floats.bytes(values),
                  new double[0],
                  index == 0 ? List.of(residual(residual + replica / 7f)) : List.of(),
                  outcome);
            })
        .iterator();
  }

  /** The same, but the second replica fails after its first piece as often as {@link #FAILURES}. */
  private static Iterator<ReplicaPiece> addWithFailures(
      Integer replica, StateReader state, StateReader residuals) {
    Iterator<ReplicaPiece> pieces = add(replica, state, residuals);
    return new Iterator<>() {
      private int given;

      @Override
      public boolean hasNext() {
        return pieces.hasNext();
      }

      @Override
      public ReplicaPiece next() {
        if (replica == 1 && given == 1 && FAILURES.getAndDecrement() > 0) {
          throw new IllegalStateException("the machine stopped");
        }
        given++;
        return pieces.next();
      }
    };
  }

  private static ExecutorState.Next next(
      ExecutorState state, StateWork<Integer, ReplicaPiece> work) {
    ReplicaWeights weights =
        new ReplicaWeights(new Averaging(ExchangeFormat.F32, OuterStep.AVERAGE), List.of());
    return state.next(spark.parallelize(REPLICAS, REPLICAS.size()), work, weights, KEPT);
  }

  private static List<String> values(ExecutorState state) {
    return state.collect(
        List.of(0, 1),
        (index, reader, none) ->
            List.of(Arrays.toString(Floats.of(reader.chunk(index).values()))).iterator(),
        String.class);
  }

  private static List<String> residuals(ExecutorState state) {
    return state.collectOwn(
        (replica, reader, own) ->
            List.of(Arrays.toString(Floats.of(own.chunk(0).values()))).iterator(),
        String.class);
  }

  @Test
  void eachChunkIsReadOnce() {
    READS.set(0);
    try (ExecutorState state = load()) {
      assertThat(values(state))
          .isEqualTo(values(state))
          .containsExactly(
              "[0.0, 1.0, 2.0, 3.0]", "[10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0]");
      assertThat(READS).hasValue(LAYOUT.count());
      assertThat(state.kept().isNothing()).isTrue();
    }
  }

  @Test
  void aStateOfTheDriverIsTheSame() {
    List<StateChunk> chunks =
        IntStream.range(0, LAYOUT.count()).mapToObj(ExecutorStateTest::chunk).toList();
    try (ExecutorState handed = ExecutorState.of(spark, LAYOUT, chunks);
        ExecutorState loaded = load()) {
      assertThat(values(handed)).isEqualTo(values(loaded));
    }
  }

  @Test
  void aRoundMakesTheNextStateAndLeavesThisOne() {
    try (ExecutorState state = load()) {
      List<String> before = values(state);
      ExecutorState.Next next = next(state, ExecutorStateTest::add);
      assertThat(next.chunks()).hasSize(LAYOUT.count());
      assertThat(next.chunks().get(0).replicas())
          .extracting(ReplicaOutcome::replica)
          .containsExactly(0, 1, 2);
      // (1 * 1 + 2 * 2 + 3 * 3) / 3 of 6 examples
      assertThat(values(next.state()).get(0)).startsWith("[0.77777");
      assertThat(next.state().kept()).isEqualTo(KEPT);
      assertThat(values(state)).isEqualTo(before);
      next.state().close();
    }
  }

  @Test
  void aRepeatedTaskGivesTheSameBytes() {
    try (ExecutorState state = load()) {
      ExecutorState.Next calm = next(state, ExecutorStateTest::add);
      FAILURES.set(2);
      ExecutorState.Next disturbed = next(state, ExecutorStateTest::addWithFailures);
      assertThat(FAILURES.get()).isNegative();
      assertThat(values(disturbed.state())).isEqualTo(values(calm.state()));
      assertThat(residuals(disturbed.state())).isEqualTo(residuals(calm.state()));
      FAILURES.set(1);
      assertThat(values(next(disturbed.state(), ExecutorStateTest::addWithFailures).state()))
          .isEqualTo(values(next(calm.state(), ExecutorStateTest::add).state()));
    }
  }

  @Test
  void aReductionThatIsLeftToTheNextRoundGivesTheSameBytes() {
    ExecutorState calm =
        next(next(load(), ExecutorStateTest::add).state(), ExecutorStateTest::add).state();
    List<String> values = values(calm);
    FAILURES.set(1);
    ExecutorState.Next first = later(load());
    assertThat(first.chunks())
        .singleElement()
        .satisfies(
            all ->
                assertThat(all.replicas())
                    .extracting(ReplicaOutcome::replica)
                    .containsExactly(0, 1, 2));
    FAILURES.set(1); // a replica of the next round, which needs chunks that are not made yet
    ExecutorState.Next next = later(first.state());
    first.state().giveWayTo(next.state());
    ExecutorState second = next.state().settle();
    assertThat(FAILURES.get()).isNegative();
    assertThat(values(second)).isEqualTo(values);
    assertThat(residuals(second)).isEqualTo(residuals(calm));
    calm.close();
    second.close();
  }

  private static ExecutorState.Next later(ExecutorState state) {
    return state.nextLater(
        spark.parallelize(REPLICAS, REPLICAS.size()),
        ExecutorStateTest::addWithFailures,
        new ReplicaWeights(new Averaging(ExchangeFormat.F32, OuterStep.AVERAGE), List.of()),
        KEPT);
  }

  @Test
  void theStateStaysIfARoundFails() {
    try (ExecutorState state = load()) {
      List<String> before = values(state);
      FAILURES.set(100);
      assertThatThrownBy(() -> next(state, ExecutorStateTest::addWithFailures))
          .hasMessageContaining("the machine stopped");
      assertThat(values(state)).isEqualTo(before);
    }
  }

  @Test
  void saysThatALostChunkIsLost() {
    try (ExecutorState state = load()) {
      ExecutorState.Next next = next(state, ExecutorStateTest::add);
      int newest =
          spark.getPersistentRDDs().entrySet().stream()
              .filter(rdd -> rdd.getValue().name().equals("state"))
              .mapToInt(Map.Entry::getKey)
              .max()
              .orElseThrow();
      SparkEnv.get().blockManager().removeBlock(new RDDBlockId(newest, 1), true);
      assertThatThrownBy(() -> values(next.state()))
          .isInstanceOf(LostStateException.class)
          .hasMessage("the executors that held the state are gone");
      assertThatThrownBy(() -> next(next.state(), ExecutorStateTest::add))
          .isInstanceOf(LostStateException.class);
      next.state().close();
    }
  }

  @Test
  void aLentStateStaysUntilItsReaderIsDoneAndGivesWayToReplicas() {
    Set<Integer> before = Set.copyOf(spark.getPersistentRDDs().keySet());
    ExecutorState state = next(load(), ExecutorStateTest::add).state();
    List<String> values = values(state);
    List<String> residuals = residuals(state);
    ExecutorState lent = state.lend(1);
    state.close();
    state.close();

    assertThat(values(lent)).isEqualTo(values);
    assertThat(residuals(lent)).isEqualTo(residuals);
    MOST.set(0);
    assertThat(lent.collect(REPLICAS, ExecutorStateTest::together, String.class))
        .containsExactly("0", "1", "2");
    assertThat(MOST).hasValue(1);
    Set<Integer> held = new HashSet<>(spark.getPersistentRDDs().keySet());
    held.removeAll(before);
    lent.close();
    Set<Integer> left = new HashSet<>(spark.getPersistentRDDs().keySet());
    left.removeAll(before);
    assertThat(held).hasSizeGreaterThanOrEqualTo(2).containsAll(left);
    assertThat(left).hasSizeLessThanOrEqualTo(1); // what it came from, if Spark still has it
  }

  /** Notes how many tasks run at a time. */
  private static Iterator<String> together(Integer input, StateReader state, StateReader own)
      throws InterruptedException {
    MOST.accumulateAndGet(RUNNING.incrementAndGet(), Math::max);
    Thread.sleep(20);
    RUNNING.decrementAndGet();
    return List.of(input.toString()).iterator();
  }

  @Test
  void freesWhatItHeld() {
    int before = spark.getPersistentRDDs().size();
    ExecutorState state = load();
    ExecutorState.Next next = next(state, ExecutorStateTest::add);
    state.close();
    next.state().close();
    assertThat(spark.getPersistentRDDs()).hasSize(before);
  }
}
