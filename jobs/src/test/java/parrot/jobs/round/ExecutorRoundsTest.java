package parrot.jobs.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.order.ExampleOrder;
import parrot.datasets.order.Minibatch;
import parrot.datasets.order.Mixture;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.CheckpointReader;
import parrot.jobs.checkpoint.MomentOrder;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.StateChunk;
import parrot.jobs.train.SmallWorld;
import parrot.jobs.train.TrainJob;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.exchange.OuterStep;
import parrot.model.kernel.Precision;
import parrot.model.layer.Routing;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Tally;
import parrot.model.weights.ModelFolder;

/** Rounds of a small model, over state that a local executor holds. */
class ExecutorRoundsTest {
  private static final Configuration HADOOP = new Configuration();
  private static final MinibatchLoader LOADER =
      new MinibatchLoader(HADOOP, VisionEncoder.CLIP, SmallWorld.SIZE, SmallWorld.VOCABULARY);

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;
  private static JavaSparkContext spark;
  private static List<Minibatch> minibatches;
  private static final AtomicInteger FAILURES = new AtomicInteger();

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("rounds", "local[2, 3]", Map.of());
    spark = SparkSessions.context(session);
    TrainJob.run(world.config("start", "max_examples=8"), session, TrainJob.Mode.FRESH, line -> {});
    var data = new org.apache.hadoop.fs.Path(world.path("train"));
    ShardedDataset dataset = ShardedDataset.open(FileSystems.of(data, HADOOP), data);
    ExampleOrder stream =
        new ExampleOrder(List.of(dataset), List.of(OptionalDouble.empty()), Mixture.OF_THE_DATA, 3);
    minibatches = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      minibatches.add(stream.take(i == 3 ? 2 : 4));
    }
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  /** Poisons the pixels of one minibatch. */
  private static RowLoader poison(Minibatch poisoned) {
    return minibatch -> {
      MultiDataSet data = LOADER.load(minibatch);
      if (minibatch.equals(poisoned)) {
        for (INDArray input : data.getFeatures()) {
          if (input.dataType() == DataType.FLOAT) {
            input.assign(Float.NaN);
          }
        }
      }
      return data;
    };
  }

  private static RoundSettings settings(String... changes) throws IOException {
    return settingsOf("start", changes);
  }

  private static RoundSettings settingsOf(String run, String... changes) throws IOException {
    TrainConfig config = world.config(run, changes);
    String start = world.path(run + "/checkpoints/round-000000");
    NetworkSpec network = new NetworkSpec(start, config.train(), "reference", Precision.F32, 1);
    try (ModelFolder model = ModelFolder.open(new org.apache.hadoop.fs.Path(start), HADOOP)) {
      return new RoundSettings(
          network,
          OptimizerSpec.of(RateSchedule.constant(1e-2)),
          ParrotNetwork.parameters(model.config(), config.train()),
          config.rounds().averaging());
    }
  }

  private static ExecutorRounds rounds(RoundSettings settings, RowLoader loader) {
    CheckpointReader stored =
        new CheckpointReader(
            new org.apache.hadoop.fs.Path(settings.network().modelFolder()),
            true,
            settings.kept(0),
            MomentOrder.unchanged(settings.layout().parameters()),
            settings.averaging().outer().hasMomentum(),
            settings.parameters(),
            HADOOP);
    ExecutorState state = ExecutorState.load(spark, settings.layout(), stored::chunk);
    return new ExecutorRounds(spark, settings, loader, state);
  }

  private static RoundPlan round(ReplicaPlan... plans) {
    return new RoundPlan(1, List.of(plans), 0, null, OuterStep.AVERAGE);
  }

  private static ReplicaPlan plan(int replica, Integer... which) {
    return new ReplicaPlan(replica, Arrays.stream(which).map(i -> minibatches.get(i)).toList());
  }

  private static float[] values(ExecutorState state) {
    List<StateChunk> chunks =
        state.collect(
            IntStream.range(0, state.layout().count()).boxed().toList(),
            (index, reader, kept) -> List.of(reader.chunk(index)).iterator(),
            StateChunk.class);
    int total = chunks.stream().mapToInt(chunk -> chunk.values().length).sum();
    ByteBuffer all = ByteBuffer.allocate(total).order(ByteOrder.nativeOrder());
    chunks.forEach(chunk -> all.put(chunk.values()));
    FloatBuffer floats = all.flip().asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  private static float[] after(RoundSettings settings, ReplicaPlan... plans) {
    try (ExecutorRounds rounds = rounds(settings, LOADER)) {
      rounds.run(round(plans));
      return values(rounds.state());
    }
  }

  @Test
  void theMeanIsWeightedByExamples() throws IOException {
    RoundSettings settings = settings();
    float[] six = after(settings, plan(0, 0, 3));
    float[] twelve = after(settings, plan(0, 0, 1, 2));
    float[] mean = after(settings, plan(0, 0, 3), plan(1, 0, 1, 2));
    for (int i = 0; i < mean.length; i++) {
      assertThat((double) mean[i]).isCloseTo((six[i] + 2.0 * twelve[i]) / 3, within(1e-6));
    }
  }

  @Test
  void aReplicaWithoutExamplesDoesNotCount() throws IOException {
    RoundSettings settings = settings();
    assertThat(after(settings, plan(0, 0, 1), plan(1))).isEqualTo(after(settings, plan(0, 0, 1)));
  }

  @Test
  void aReplicaThatLeavesTheNumbersEndsTheRoundAndTheStateStays() throws IOException {
    RoundSettings settings = settings();
    ExecutorRounds rounds = rounds(settings, poison(minibatches.get(2)));
    float[] before = values(rounds.state());
    assertThatThrownBy(() -> rounds.run(round(plan(0, 0, 1), plan(1, 1, 2))))
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching("replica 1 \\(executor driver on .+\\): the loss of step 2 is NaN");
    assertThat(values(rounds.state())).isEqualTo(before);
  }

  @Test
  void aReplicaThatLeavesTheNumbersIsDroppedWhereThatIsWanted() throws IOException {
    RoundSettings settings = settings("on_divergence=drop");
    ExecutorRounds rounds = rounds(settings, poison(minibatches.get(2)));
    RoundOutcome outcome = rounds.run(round(plan(0, 0, 1), plan(1, 1, 2)));
    assertThat(values(rounds.state())).isEqualTo(after(settings, plan(0, 0, 1)));
    assertThat(outcome.dropped()).singleElement().asString().startsWith("replica 1 (");
    assertThat(outcome.tally().samples()).isEqualTo(8);
  }

  /** Fails once for each time that it is told to. */
  private static RowLoader failing(RowLoader loader) {
    return minibatch -> {
      if (minibatch.equals(minibatches.get(1)) && FAILURES.getAndDecrement() > 0) {
        throw new IllegalStateException("the machine stopped");
      }
      return loader.load(minibatch);
    };
  }

  @Test
  void noFailedTaskKeepsItsGraph() throws IOException {
    RoundSettings settings = settings();
    RowLoader broken =
        minibatch -> {
          throw new IOException("the disk stopped");
        };
    try (ExecutorRounds rounds = rounds(settings, broken)) {
      assertThatThrownBy(() -> rounds.run(round(plan(0, 0))))
          .hasStackTraceContaining("the disk stopped");
      MeasureLosses measuring =
          new MeasureLosses(
              settings.network(), settings.optimizer(), settings.layout(), null, broken);
      assertThatThrownBy(() -> rounds.state().collect(List.of(plan(0, 0)), measuring, Tally.class))
          .hasStackTraceContaining("the disk stopped");
    }
    assertThat(GraphPool.taken()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "overlap.steps=1",
        "updater_state={first: 2, second: 3}",
        "exchange=int8",
        "on_divergence=drop"
      })
  void replicasThatAreRepeatedGiveTheSameBytes(String setting) throws IOException {
    RoundSettings settings = settings(setting);
    RowLoader loader = setting.contains("drop") ? poison(minibatches.get(2)) : LOADER;
    FAILURES.set(0);
    float[] calm = afterThree(settings, loader);
    FAILURES.set(2);
    assertThat(afterThree(settings, failing(loader))).isEqualTo(calm);
    assertThat(FAILURES.get()).isNegative();
  }

  /** In the second round a replica may be dropped. */
  private static float[] afterThree(RoundSettings settings, RowLoader loader) {
    try (ExecutorRounds rounds = rounds(settings, loader)) {
      rounds.run(round(plan(0, 0, 1), plan(1, 1, 0)));
      rounds.run(
          new RoundPlan(2, List.of(plan(0, 1, 0), plan(1, 0, 2)), 2, null, OuterStep.AVERAGE));
      rounds.run(
          new RoundPlan(3, List.of(plan(0, 0, 1), plan(1, 1, 0)), 4, null, OuterStep.AVERAGE));
      return values(rounds.state());
    }
  }

  /** The average is the other's own, so it comes to the same in both roles. */
  @Test
  void aReplicaThatWasDroppedGoesOnFromTheAverage() throws IOException {
    RoundSettings settings = settings("on_divergence=drop", "overlap.steps=1");
    ExecutorRounds rounds = rounds(settings, poison(minibatches.get(2)));
    rounds.run(round(plan(0, 0, 1), plan(1, 1, 2)));
    rounds.run(new RoundPlan(2, List.of(plan(0), plan(1, 0, 1)), 2, null, OuterStep.AVERAGE));
    ExecutorRounds alone = rounds(settings, LOADER);
    alone.run(round(plan(0, 0, 1)));
    alone.run(new RoundPlan(2, List.of(plan(0, 0, 1)), 2, null, OuterStep.AVERAGE));
    assertThat(values(rounds.state())).isEqualTo(values(alone.state()));
  }

  @Test
  void aRoundNeedsItsQuorum() throws IOException {
    RoundSettings settings = settings("on_divergence=drop", "minimum_replicas=2");
    ExecutorRounds rounds = rounds(settings, poison(minibatches.get(2)));
    assertThatThrownBy(() -> rounds.run(round(plan(0, 0, 1), plan(1, 1, 2))))
        .hasMessageStartingWith("1 replicas are left of at least 2 (minimum_replicas): replica 1");
  }

  @Test
  void lossyFormatsComeNearTheMean() throws IOException {
    float[] start = values(rounds(settings(), LOADER).state());
    float[] exact = after(settings(), plan(0, 0, 1), plan(1, 2, 3));
    Map<String, Double> most = Map.of("bf16", 0.01, "int8", 0.01, "int4", 0.15);
    for (String format : most.keySet()) {
      float[] rounded = after(settings("exchange=" + format), plan(0, 0, 1), plan(1, 2, 3));
      assertThat(rounded).isNotEqualTo(exact);
      double error = 0;
      double change = 0;
      for (int i = 0; i < exact.length / 3; i++) { // the moments come after the parameters
        error += Math.pow(rounded[i] - exact[i], 2);
        change += Math.pow(exact[i] - start[i], 2);
      }
      assertThat(Math.sqrt(error / change)).as(format).isLessThan(most.get(format));
    }
  }

  @Test
  void resetMomentsAreNoPartOfTheState() throws IOException {
    RoundSettings settings = settings("updater_state=reset");
    assertThat(settings.layout().moments()).isZero();
    assertThat(after(settings, plan(0, 0, 1)))
        .isEqualTo(
            Arrays.copyOf(after(settings(), plan(0, 0, 1)), (int) settings.layout().parameters()));
  }

  @Test
  void theOutcomeSaysWhatReplicasDid() throws IOException {
    try (ExecutorRounds rounds = rounds(settings(), LOADER)) {
      RoundOutcome outcome = rounds.run(round(plan(0, 0, 3), plan(1, 1)));
      assertThat(outcome.examples()).isEqualTo(10);
      assertThat(outcome.tally().samples()).isEqualTo(10);
      assertThat(outcome.steps()).isEqualTo(2);
      assertThat(outcome.loss()).isEqualTo(outcome.tally().meanLoss()).isPositive();
      assertThat(outcome.replicas())
          .extracting(replica -> replica.replica() + ": " + replica.examples())
          .containsExactly("0: 6", "1: 4");
      long bytes = Float.BYTES * values(rounds.state()).length;
      assertThat(outcome.bytesOut()).isEqualTo(2 * bytes);
      assertThat(outcome.bytesIn()).isEqualTo(2 * bytes);
      assertThat(outcome.reduceEnded()).isGreaterThanOrEqualTo(outcome.reduceBegan());
    }
  }

  @Test
  void aRoundIsAFunctionOfStateAndPlan() throws IOException {
    RoundPlan plan = round(plan(0, 0, 1), plan(1, 2, 3));
    RoundPlan back = roundTrip(plan);
    assertThat(back).isEqualTo(plan);
    assertThat(after(settings(), plan.replicas().toArray(ReplicaPlan[]::new)))
        .isEqualTo(after(settings(), back.replicas().toArray(ReplicaPlan[]::new)));
  }

  private static RoundPlan roundTrip(RoundPlan plan) {
    List<ReplicaPlan> replicas = spark.parallelize(plan.replicas(), 2).map(one -> one).collect();
    return new RoundPlan(1, replicas, plan.iteration(), plan.routing(), OuterStep.AVERAGE);
  }

  @Test
  void everyReplicaMovesABiasOfItsOwnAndTheMeanIsTold() throws IOException {
    RoundSettings settings = selecting();
    Routing routing = new Routing(List.of(0.1, 0.0, -0.1), 0, List.of(), 0.2, 0);
    List<Double> first = bias(settings, routing, plan(0, 0, 3));
    List<Double> second = bias(settings, routing, plan(0, 1, 2));
    List<Double> both = bias(settings, routing, plan(0, 0, 3), plan(1, 1, 2));
    assertThat(bias(settings, routing, plan(0, 0, 3), plan(1, 1, 2))).isEqualTo(both);
    assertThat(first).isNotEqualTo(second).isNotEqualTo(routing.selectionBias());
    for (int i = 0; i < 3; i++) {
      double least = Math.min(first.get(i), second.get(i));
      double most = Math.max(first.get(i), second.get(i));
      assertThat(both.get(i)).isBetween(least - 1e-12, most + 1e-12);
    }
    assertThat(bias(settings, routing.still(), plan(0, 0, 3), plan(1, 1, 2)))
        .isEqualTo(routing.selectionBias());
  }

  private static RoundSettings selecting() throws IOException {
    TrainJob.run(
        world.config("selecting", "max_examples=8", "model.config.moe_top_k=1"),
        session,
        TrainJob.Mode.FRESH,
        line -> {});
    return settingsOf("selecting");
  }

  private static List<Double> bias(RoundSettings settings, Routing routing, ReplicaPlan... plans) {
    try (ExecutorRounds rounds = rounds(settings, LOADER)) {
      return rounds
          .run(new RoundPlan(1, List.of(plans), 0, routing, OuterStep.AVERAGE))
          .selectionBias();
    }
  }
}
