package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.order.ExampleOrder;
import parrot.datasets.order.Mixture;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.round.MinibatchLoader;
import parrot.jobs.spark.SparkSessions;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ParrotGraphVertex;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.kernel.Precision;
import parrot.model.network.Parameter;
import parrot.model.network.Part;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Weights;

@Tag("slow")
class TrainJobTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("train test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static TrainJob.Outcome train(TrainConfig config, TrainJob.Mode mode, List<String> said) {
    return TrainJob.run(config, session, mode, said::add);
  }

  private static TrainJob.Outcome train(TrainConfig config) {
    return train(config, TrainJob.Mode.FRESH, new ArrayList<>());
  }

  private static Path local(org.apache.hadoop.fs.Path path) {
    return Path.of(path.toUri());
  }

  @Test
  void twoReplicasGiveTheSameBytesTwiceAndLearn() throws IOException {
    List<String> said = new ArrayList<>();
    TrainJob.Outcome first = train(world.config("twice-a"), TrainJob.Mode.FRESH, said);
    TrainJob.Outcome second = train(world.config("twice-b"));
    assertThat(CheckpointSums.of(second.checkpoint()))
        .isEqualTo(CheckpointSums.of(first.checkpoint()));
    assertThat(first.rounds()).isEqualTo(4);
    assertThat(first.stopped()).isFalse();

    List<JsonNode> metrics = metrics("twice-a");
    assertThat(metrics).hasSize(5);
    assertThat(metrics.get(0).path("held_out").path("examples").asInt()).isEqualTo(12);
    JsonNode last = metrics.get(4);
    assertThat(last.path("examples").asInt()).isEqualTo(58);
    assertThat(last.path("step").asInt()).isEqualTo(8);
    assertThat(last.path("held_out").path("loss").asDouble())
        .isLessThan(metrics.get(0).path("held_out").path("loss").asDouble());
    assertThat(last.path("held_out").path("languages").size()).isGreaterThan(3);
    JsonNode routing = last.path("routing").elements().next();
    assertThat(routing.size()).isEqualTo(3);
    assertThat(metrics.get(1).path("held_out").isMissingNode()).isTrue();
    assertThat(said).anyMatch(line -> line.startsWith("round 1/4") && line.endsWith("left"));
  }

  /** One replica leaves a slot of the two for the checkpoints. */
  @Test
  void checkpointsBesideRoundsHoldWhatARunThatEndsThereHolds() throws IOException {
    String[] often = {
      "replicas=1",
      "max_examples=32",
      "optimizer.schedule=constant",
      "checkpoints.every=1",
      "checkpoints.keep=9"
    };
    TrainJob.Outcome whole = train(world.config("beside", often));
    TrainJob.Outcome shorter =
        train(world.config("ends-there", with(often, "max_examples=16", "checkpoints.every=9")));

    assertThat(whole.rounds()).isEqualTo(4);
    Path there = local(whole.checkpoint()).resolveSibling(shorter.checkpoint().getName());
    assertThat(shorter.rounds()).isEqualTo(2);
    assertThat(CheckpointSums.of(new org.apache.hadoop.fs.Path(there.toUri())))
        .isEqualTo(CheckpointSums.of(shorter.checkpoint()));
    assertThat(metrics("beside").get(1).path("phases").toString()).contains("checkpoint");
  }

  private static List<JsonNode> metrics(String run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve(MetricsFile.NAME))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void frozenPartsKeepEveryBit() {
    TrainJob.Outcome outcome =
        train(world.config("align", "stage=align", "train=[]", "max_examples=16"));
    org.apache.hadoop.fs.Path start =
        new org.apache.hadoop.fs.Path(outcome.checkpoint().getParent(), "round-000000");
    try (ModelFolder before = ModelFolder.open(start, HADOOP);
        ModelFolder after = ModelFolder.open(outcome.checkpoint(), HADOOP)) {
      assertThat(after.config().experts().used()).isFalse();
      assertThat(after.weights().names()).isEqualTo(before.weights().names());
      for (String name : after.weights().names()) {
        boolean same = Arrays.equals(before.weights().read(name), after.weights().read(name));
        assertThat(same).as(name).isEqualTo(Part.of(name) != Part.PROJECTOR);
      }
    }
  }

  @Test
  void oneReplicaIsPlainTrainingInTheSameOrder() throws IOException {
    TrainConfig config = world.config("single", "replicas=1", "max_examples=30");
    TrainJob.Outcome outcome = train(config);
    NetworkSpec network =
        new NetworkSpec(
            world.path("single/checkpoints/round-000000"),
            config.train(),
            "reference",
            Precision.F32,
            1);
    RateSchedule schedule = new RateSchedule(RateSchedule.Shape.COSINE, 1e-2, 0, 2, 8);
    OptimizerSpec optimizer =
        new OptimizerSpec(schedule, Map.of(), 0, Map.of(), 0.9, 0.999, 1e-8, 1);
    ComputationGraph graph = ParrotGraph.create(network, optimizer);
    org.apache.hadoop.fs.Path data = new org.apache.hadoop.fs.Path(world.path("train"));
    ShardedDataset dataset = ShardedDataset.open(FileSystems.of(data, HADOOP), data);
    ExampleOrder stream =
        new ExampleOrder(
            List.of(dataset), List.of(OptionalDouble.empty()), Mixture.OF_THE_DATA, config.seed());
    MinibatchLoader loader =
        new MinibatchLoader(HADOOP, VisionEncoder.CLIP, SmallWorld.SIZE, SmallWorld.VOCABULARY);
    for (int left = 30; left > 0; left -= 4) {
      graph.fit(loader.load(stream.take(Math.min(4, left))));
    }
    try (ModelFolder model = ModelFolder.open(outcome.checkpoint(), HADOOP)) {
      Weights weights = model.weights();
      ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
      for (Parameter parameter : vertex.parameters()) {
        assertThat(weights.read(parameter.name()))
            .as(parameter.name())
            .isEqualTo(vertex.state().memory(false).values(parameter).whole().toArray());
      }
    }
  }

  private static void assertClose(TrainJob.Outcome one, TrainJob.Outcome other, double most) {
    try (ModelFolder first = ModelFolder.open(one.checkpoint(), HADOOP);
        ModelFolder second = ModelFolder.open(other.checkpoint(), HADOOP)) {
      for (String name : first.weights().names()) {
        assertThat(first.weights().read(name))
            .as(name)
            .containsExactly(second.weights().read(name), offset((float) most));
      }
    }
  }

  @Test
  void theStockMasterComesToTheSameAverage() {
    String[] settings = {"max_examples=16"};
    TrainJob.Outcome ours = train(world.config("ours", settings));
    String[] stock = {"averaging=dl4j", "max_examples=16"};
    TrainJob.Outcome theirs = train(world.config("stock", stock));
    assertClose(ours, theirs, 1e-5);
    assertThat(theirs.loss()).isFinite();
    assertThat(theirs.heldOutLoss()).isCloseTo(ours.heldOutLoss(), offset(1e-4));
  }

  /** With an epsilon this large AdamW without moments is gradient descent at a rate of 0.1. */
  @Test
  void replicasThatAverageEveryStepOfGradientDescentAreOneBigBatch() {
    String[] descent = {
      "optimizer.epsilon=1e7",
      "optimizer.learning_rate=1e6",
      "optimizer.beta1=0",
      "optimizer.schedule=constant",
      "optimizer.warmup_steps=0",
      "optimizer.clip_norm=0",
      "average_every=1",
      "max_examples=48"
    };
    TrainJob.Outcome replicas = train(world.config("descent-replicas", descent));
    TrainJob.Outcome whole =
        train(world.config("descent-whole", with(descent, "replicas=1", "batch_size=8")));
    assertThat(replicas.rounds()).isEqualTo(6).isEqualTo(whole.rounds());
    assertClose(replicas, whole, 1e-6);
    TrainJob.Outcome other = train(world.config("descent-other", with(descent, "seed=5")));
    assertThatThrownBy(() -> assertClose(replicas, other, 1e-6)).isInstanceOf(AssertionError.class);
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.concat(Arrays.stream(settings), Arrays.stream(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "int8", "int4"})
  void everyFormatGoesOnWhereItWasLeft(String format) throws IOException {
    String[] settings = {
      "exchange=" + format,
      "outer.learning_rate=0.7",
      "outer.momentum=0.9",
      "model.config.moe_top_k=1",
      "balance.update_rate=0.01",
      "average_experts_by=load",
      "checkpoints.every=1",
      "checkpoints.keep=9"
    };
    TrainJob.Outcome whole = train(world.config("whole-" + format, settings));
    String parts = "parts-" + format;
    TrainJob.Outcome first = train(world.config(parts, settings));
    Path half = local(first.checkpoint()).resolveSibling("round-000002");
    assertThat(CheckpointSums.of(first.checkpoint()))
        .isEqualTo(CheckpointSums.of(whole.checkpoint()));
    for (int round = 3; round <= 4; round++) {
      deleteFolder(half.resolveSibling("round-00000" + round));
    }
    List<String> said = new ArrayList<>();
    TrainJob.Outcome resumed = train(world.config(parts, settings), TrainJob.Mode.RESUME, said);
    assertThat(said).anyMatch(line -> line.startsWith("Continuing from ") && line.endsWith("2"));
    assertThat(CheckpointSums.of(resumed.checkpoint()))
        .isEqualTo(CheckpointSums.of(whole.checkpoint()));
    assertThat(CheckpointSums.of(resumed.checkpoint()))
        .containsKey("training/outer_momentum.safetensors")
        .hasSize(format.startsWith("int") ? 11 : 9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "int8"})
  void memoryOfItsOwnGivesTheBytesOfDl4jsVectors(String format) throws IOException {
    String[] settings = {
      "exchange=" + format,
      "outer.momentum=0.9",
      "optimizer.rates={experts: 1e-3, router: 1e-4}",
      "checkpoints.every=1",
      "checkpoints.keep=9"
    };
    TrainJob.Outcome inDl4j = train(world.config("in-dl4j-" + format, settings));
    System.setProperty(StateChoice.MOST_IN_DL4J, "100");
    TrainJob.Outcome own;
    try {
      own = train(world.config("own-" + format, settings));
      assertThat(CheckpointSums.of(own.checkpoint()))
          .isEqualTo(CheckpointSums.of(inDl4j.checkpoint()));
      Path half = local(own.checkpoint()).resolveSibling("round-000002");
      for (int round = 3; round <= 4; round++) {
        deleteFolder(half.resolveSibling("round-00000" + round));
      }
      own = train(world.config("own-" + format, settings), TrainJob.Mode.RESUME, new ArrayList<>());
    } finally {
      System.clearProperty(StateChoice.MOST_IN_DL4J);
    }
    assertThat(CheckpointSums.of(own.checkpoint()))
        .isEqualTo(CheckpointSums.of(inDl4j.checkpoint()));
    assertThat(own.heldOutLoss()).isEqualTo(inDl4j.heldOutLoss());
  }

  private static void deleteFolder(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void averagingIsWhatARateOfOneWithoutMomentumDoes() throws IOException {
    TrainJob.Outcome usual = train(world.config("usual"));
    TrainJob.Outcome said =
        train(world.config("said", "outer.learning_rate=1.0", "outer.momentum=0"));
    assertThat(CheckpointSums.of(said.checkpoint()))
        .isEqualTo(CheckpointSums.of(usual.checkpoint()));
  }

  @Test
  void keepsMilestonesBesideTheNewest() throws IOException {
    TrainJob.Outcome outcome =
        train(
            world.config(
                "kept", "checkpoints.every=1", "checkpoints.keep=1", "checkpoints.keep_every=2"));
    try (Stream<Path> all = Files.list(local(outcome.checkpoint()).getParent())) {
      assertThat(all.map(path -> path.getFileName().toString()).filter(n -> !n.startsWith(".")))
          .containsExactlyInAnyOrder("round-000000", "round-000002", "round-000004");
    }
  }

  @Test
  void resumingGivesTheBytesOfTheUninterruptedRun() throws IOException {
    TrainJob.Outcome whole = train(world.config("whole"));
    List<String> said = new ArrayList<>();
    try (StopSignal stop = new StopSignal(said::add, "Stopped before the first round")) {
      AtomicInteger rounds = new AtomicInteger();
      TrainJob.Outcome stopped =
          TrainJob.run(
              world.config("parts"),
              session,
              TrainJob.Mode.FRESH,
              line -> {
                if (line.startsWith("round ") && rounds.incrementAndGet() == 3) {
                  stop.request(); // the first line is the measurement before training
                }
              },
              stop);
      assertThat(stopped.stopped()).isTrue();
      assertThat(stopped.rounds()).isEqualTo(2);
    }
    TrainJob.Outcome resumed = train(world.config("parts"), TrainJob.Mode.RESUME, said);
    assertThat(CheckpointSums.of(resumed.checkpoint()))
        .isEqualTo(CheckpointSums.of(whole.checkpoint()));
    assertThat(said)
        .anyMatch(line -> line.matches("Finishing round 3, about \\d+ s; again to stop now"))
        .anyMatch(line -> line.startsWith("Continuing from "));
    assertThat(metrics("parts")).hasSize(5);

    TrainJob.Outcome again = train(world.config("parts"), TrainJob.Mode.RESUME, said);
    assertThat(again.checkpoint()).isEqualTo(resumed.checkpoint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.config.moe_top_k=1", "balance={loss_weight: 0.1, z_loss: 0.01}"})
  void balanceGoesOnWhereItWasLeft(String setting) throws IOException {
    String name = "balance-" + setting.length();
    String[] settings = {setting, "checkpoints.every=2", "checkpoints.keep=9"};
    TrainJob.Outcome whole = train(world.config(name, settings));
    Map<String, String> expected = CheckpointSums.of(whole.checkpoint());
    List<JsonNode> rounds = metrics(name);
    JsonNode last = rounds.get(4).path("balance");
    assertThat(last.path("matrix").size()).isBetween(1, 6);
    assertThat(last.path("max_violation").asDouble()).isBetween(0.0, 2.0);
    assertThat(last.path("z_loss").asDouble() > 0).isEqualTo(setting.contains("z_loss"));
    assertThat(rounds.get(4).path("routing").size()).isPositive();

    Files.delete(local(whole.checkpoint()).resolve("_SUCCESS"));
    List<String> said = new ArrayList<>();
    TrainJob.Outcome resumed = train(world.config(name, settings), TrainJob.Mode.RESUME, said);
    assertThat(said)
        .anyMatch(line -> line.contains("round-000004 is damaged: it has no _SUCCESS file; trying"))
        .anyMatch(line -> line.matches("Continuing from .*round-000002"));
    assertThat(CheckpointSums.of(resumed.checkpoint())).isEqualTo(expected);
    assertThat(metrics(name).get(4).path("balance")).isEqualTo(last);

    try (ModelFolder model = ModelFolder.open(resumed.checkpoint(), HADOOP)) {
      List<Double> bias = new ArrayList<>();
      last.path("bias").forEach(value -> bias.add(value.asDouble()));
      assertThat(model.config().experts().selectionBias()).isEqualTo(bias);
      assertThat(bias.isEmpty()).isEqualTo(!model.config().experts().selected());
      if (!bias.isEmpty()) {
        assertThat(bias.stream().mapToDouble(value -> value).map(Math::abs).max().getAsDouble())
            .isPositive();
      }
    }
  }

  @Test
  void aFreshRouterDoesNotInheritABias() {
    train(world.config("biased", "model.config.moe_top_k=1", "max_examples=32"));
    TrainJob.Outcome heir =
        train(
            world.config(
                "heir",
                "model.folder=" + world.path("biased"),
                "model.initialize=[]",
                "max_examples=8",
                "balance.update_rate=0"));
    TrainJob.Outcome fresh =
        train(
            world.config(
                "fresh",
                "model.folder=" + world.path("biased"),
                "model.initialize=[experts]",
                "max_examples=8",
                "balance.update_rate=0"));
    try (ModelFolder biased = ModelFolder.open(start(heir), HADOOP);
        ModelFolder unbiased = ModelFolder.open(start(fresh), HADOOP)) {
      assertThat(biased.config().experts().selectionBias()).hasSize(3).anyMatch(bias -> bias != 0);
      assertThat(unbiased.config().experts().topK()).isEqualTo(1);
      assertThat(unbiased.config().experts().selectionBias()).isEmpty();
    }
  }

  private static org.apache.hadoop.fs.Path start(TrainJob.Outcome outcome) {
    return new org.apache.hadoop.fs.Path(outcome.checkpoint().getParent(), "round-000000");
  }

  @Test
  void namesADamagedCheckpointAndUsesTheOneBefore() throws IOException {
    TrainConfig config = world.config("damaged", "checkpoints.every=1");
    TrainJob.Outcome whole = train(config);
    Map<String, String> expected = CheckpointSums.of(whole.checkpoint());
    Path damaged = local(whole.checkpoint()).resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length - 1] ^= 1;
    Files.write(damaged, bytes);
    List<String> said = new ArrayList<>();
    TrainJob.Outcome repaired = train(config, TrainJob.Mode.RESUME, said);
    assertThat(said)
        .anyMatch(
            line ->
                line.contains("round-000004 is damaged: model.safetensors has another checksum"));
    assertThat(CheckpointSums.of(repaired.checkpoint())).isEqualTo(expected);
    try (Stream<Path> left = Files.list(folder.resolve("damaged/checkpoints"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("round-000000", "round-000003", "round-000004");
    }
  }

  @Test
  void stopsWhereARunDivergesAndKeepsTheLastCheckpoint() {
    TrainConfig config =
        world.config(
            "diverged",
            "optimizer.learning_rate=1e30",
            "optimizer.warmup_steps=0",
            "held_out.data=[]",
            "checkpoints.every=1");
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(DivergedException.class)
        .hasMessageStartingWith("Training diverged in round ")
        .hasMessageContaining("replica 0 (executor driver on ")
        .hasMessageContaining("the last checkpoint is kept in ")
        .hasMessageContaining("diverged/checkpoints/round-00000");
  }

  @Test
  void startsTheNextStageFromTheNewestCheckpointOfARun() {
    train(world.config("stage1", "stage=align", "train=[]", "max_examples=16"));
    TrainJob.Outcome outcome =
        train(
            world.config(
                "stage2",
                "stage=instruct",
                "train=[]",
                "model.folder=" + world.path("stage1"),
                "model.initialize=[]",
                "max_examples=16"));
    try (ModelFolder model = ModelFolder.open(outcome.checkpoint(), HADOOP)) {
      assertThat(model.config().experts().used()).isTrue();
    }
  }
}
