package parrot.jobs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.Kept;
import parrot.jobs.state.StateChunk;
import parrot.jobs.train.SmallWorld;
import parrot.model.exchange.StateLayout;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.tensor.ElementType;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.WeightFiles;

/** What {@link CheckpointWriter} writes, {@link CheckpointReader} reads, to the last bit. */
class CheckpointRoundTripTest {
  private static final Configuration HADOOP = new Configuration();
  private static final int REPLICAS = 2;
  private static final String YAML = "seed: 1\n";
  private static final int RESIDUALS = 100;

  /** Came as bfloat16, as pretrained decoders do. */
  private static final String FROZEN = "model.layers.0.mlp.gate_proj.weight";

  private static final RunProgress PROGRESS =
      RunProgress.start(List.of("data"), List.of(), ExpertBalance.NONE)
          .afterRound(2, 4, 16, 99, ExpertBalance.NONE);

  @TempDir static java.nio.file.Path folder;
  private static SmallWorld world;
  private static SparkSession session;
  private static List<Parameter> parameters;
  private static StateLayout layout;
  private static Checkpoints checkpoints;
  private static Path saved;
  private static FolderLock lock;

  @BeforeAll
  static void saveAState() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("checkpoint", "local[2]", Map.of());
    JavaSparkContext spark = SparkSessions.context(session);
    TrainConfig config =
        world.config("run", "train=[projector, experts]", "outer.momentum=0.5", "exchange=int8");
    Path run = new Path(world.path("run"));
    FileSystem files = FileSystems.of(run, HADOOP);
    lock = FolderLock.take(files, run);
    checkpoints = new Checkpoints(files, run, lock);
    writeStart(new Path(world.path("model")));
    try (ModelFolder start = ModelFolder.open(checkpoints.start(), HADOOP);
        ExecutorState state =
            ExecutorState.of(spark, layout, chunks())
                .withOwn(kept(), REPLICAS, CheckpointRoundTripTest::residual)) {
      saved =
          new CheckpointWriter(checkpoints, start, parameters, config, YAML, HADOOP)
              .save(state, PROGRESS, List.of());
    }
  }

  @AfterAll
  static void stop() {
    lock.close();
    session.stop();
  }

  private static void writeStart(Path untrained) throws IOException {
    Initializer fresh = new Initializer(7, Initializer.Experts.NORMAL);
    try (ModelFolder model = ModelFolder.open(untrained, HADOOP, List.of(""), fresh)) {
      parameters =
          ParrotNetwork.parameters(model.config(), EnumSet.of(Part.PROJECTOR, Part.EXPERTS));
      long values = parameters.stream().mapToLong(Parameter::size).sum();
      layout = new StateLayout(values, 2 * values);
      checkpoints.writeFrom(
          new Checkpoints.Content(
              model.config(),
              TensorNames.of(model.config()).stream().filter(TensorSpec::required).toList(),
              List.of(FROZEN),
              new Companions(Optional.empty(), model.folder()),
              RunProgress.start(List.of("data"), List.of(), ExpertBalance.NONE),
              YAML),
          Set.of(),
          (tensor, sink) -> model.weights().read(tensor.name(), sink));
    }
  }

  private static Kept kept() {
    return new Kept(layout, true, new BitSet(), false);
  }

  private static List<StateChunk> chunks() {
    return IntStream.range(0, layout.count()).mapToObj(CheckpointRoundTripTest::chunk).toList();
  }

  private static StateChunk chunk(int index) {
    int length = layout.chunk(index).length();
    boolean isParameters = index < layout.parameterChunks();
    byte[] momentum = isParameters ? bytes(length, index + 50) : new byte[0];
    return new StateChunk(index, bytes(length, index), momentum, ChunkOutcome.NONE);
  }

  private static StateChunk residual(int replica, int index) {
    byte[] values = bytes(layout.chunk(index).length(), RESIDUALS + replica);
    return new StateChunk(index, values, new byte[0], ChunkOutcome.NONE);
  }

  private static byte[] bytes(int floats, int seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[Float.BYTES * floats];
    ByteBuffer target = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    for (int i = 0; i < floats; i++) {
      target.putFloat((float) random.nextGaussian());
    }
    return bytes;
  }

  private static CheckpointReader reader(Path checkpoint, boolean isStart) {
    return reader(checkpoint, isStart, MomentOrder.unchanged(layout.parameters()));
  }

  private static CheckpointReader reader(Path checkpoint, boolean isStart, MomentOrder order) {
    return new CheckpointReader(checkpoint, isStart, kept(), order, true, parameters, HADOOP);
  }

  /** Parts that learn alike no longer have their moments between those of others. */
  @Test
  void momentsComeInTheOrderOfThePresentRates() {
    int n = (int) layout.parameters();
    int moments = layout.parameterChunks();
    byte[] stored = chunk(moments).values(); // n first ones, n second ones
    MomentOrder order = new MomentOrder(List.of((long) n), List.of(3L, n - 3L));
    byte[] expected = new byte[stored.length];
    copy(stored, 0, expected, 0, 3);
    copy(stored, n, expected, 3, 3);
    copy(stored, 3, expected, 6, n - 3);
    copy(stored, n + 3, expected, n + 3, n - 3);
    assertThat(reader(saved, false, order).chunk(moments).values()).isEqualTo(expected);
    MomentOrder back = new MomentOrder(order.present(), order.stored());
    assertThat(back.runs()).contains(new MomentOrder.Run(n, 3, 3));
  }

  private static void copy(byte[] from, int at, byte[] to, int toAt, int floats) {
    System.arraycopy(from, Float.BYTES * at, to, Float.BYTES * toAt, Float.BYTES * floats);
  }

  @Test
  void keepsFrozenTensorsAsTheyCameAndTrainedOnesAsFloat32() {
    try (WeightFiles start = WeightFiles.open(checkpoints.start(), HADOOP);
        WeightFiles later = WeightFiles.open(saved, HADOOP)) {
      assertThat(start.storedType(FROZEN)).isEqualTo(ElementType.BF16);
      assertThat(later.storedType(FROZEN)).isEqualTo(ElementType.BF16);
      assertThat(later.read(FROZEN)).isEqualTo(start.read(FROZEN));
      assertThat(parameters)
          .isNotEmpty()
          .allMatch(parameter -> later.storedType(parameter.name()) == ElementType.F32);
    }
    List<TensorSpec> both =
        List.of(new TensorSpec("a", new int[] {1}, true), new TensorSpec("b", new int[] {1}, true));
    assertThat(Checkpoints.bf16(both, name -> ElementType.BF16, "a"::equals)).containsExactly("b");
    assertThat(Checkpoints.bf16(both, name -> ElementType.F32, "a"::equals)).isEmpty();
  }

  @Test
  void readsBackTheStateAndTheResiduals() {
    CheckpointReader reader = reader(saved, false);
    for (StateChunk expected : chunks()) {
      StateChunk read = reader.chunk(expected.index());
      assertThat(read.values()).isEqualTo(expected.values());
      assertThat(read.outerMomentum()).isEqualTo(expected.outerMomentum());
    }
    for (int replica = 0; replica < REPLICAS; replica++) {
      assertThat(reader.own(replica, 0).values()).isEqualTo(residual(replica, 0).values());
    }
  }

  @Test
  void aModelInBfloat16HasTheWholeStateBesideIt() throws IOException {
    TrainConfig rounded =
        world.config("rounded", "train=[projector, experts]", "checkpoints.dtype=bf16");
    RunProgress later = PROGRESS.afterRound(2, 4, 16, 99, ExpertBalance.NONE);
    Path checkpoint;
    try (ModelFolder start = ModelFolder.open(checkpoints.start(), HADOOP);
        ExecutorState state = ExecutorState.of(SparkSessions.context(session), layout, chunks())) {
      checkpoint =
          new CheckpointWriter(checkpoints, start, parameters, rounded, YAML, HADOOP)
              .save(state, later, List.of());
    }
    CheckpointReader reader =
        new CheckpointReader(
            checkpoint,
            false,
            Kept.nothing(layout),
            MomentOrder.unchanged(layout.parameters()),
            false,
            parameters,
            HADOOP);
    for (int i = 0; i < layout.count(); i++) {
      assertThat(reader.chunk(i).values()).isEqualTo(chunk(i).values());
    }
    try (WeightFiles whole = WeightFiles.open(saved, HADOOP);
        WeightFiles model = WeightFiles.open(checkpoint, HADOOP)) {
      for (Parameter parameter : parameters) {
        assertThat(model.storedType(parameter.name())).isEqualTo(ElementType.BF16);
        float[] values = whole.read(parameter.name());
        float[] nearest = model.read(parameter.name());
        for (int j = 0; j < values.length; j++) {
          assertThat(nearest[j]).isCloseTo(values[j], withPercentage(0.4));
        }
      }
    }
  }

  @Test
  void trainedTensorsAreNewAndFrozenOnesStay() {
    try (ModelFolder start = ModelFolder.open(checkpoints.start(), HADOOP);
        ModelFolder model = ModelFolder.open(saved, HADOOP)) {
      List<String> trained = parameters.stream().map(Parameter::name).toList();
      assertThat(model.weights().names()).isEqualTo(start.weights().names()).containsAll(trained);
      for (String name : model.weights().names()) {
        float[] before = start.weights().read(name);
        float[] after = model.weights().read(name);
        if (trained.contains(name)) {
          assertThat(after).as(name).isNotEqualTo(before);
        } else {
          assertThat(after).as(name).isEqualTo(before);
        }
      }
    }
  }

  /** The vision encoder alone is in files of its own here; it is frozen. */
  @Test
  void filesOfFrozenTensorsAreTheStartsUnderASecondName() throws IOException {
    String tower = "vision/model.safetensors";
    String rest = "model.safetensors";
    assertThat(isOneFile(tower)).isTrue();
    assertThat(isOneFile(rest)).isFalse();
    assertThat(CheckpointManifest.damage(FileSystems.of(saved, HADOOP), saved)).isEmpty();
  }

  private static boolean isOneFile(String name) throws IOException {
    return java.nio.file.Files.isSameFile(
        java.nio.file.Path.of(new Path(checkpoints.start(), name).toUri().getPath()),
        java.nio.file.Path.of(new Path(saved, name).toUri().getPath()));
  }

  @Test
  void theStartHasNoMoments() {
    CheckpointReader reader = reader(checkpoints.start(), true);
    int moments = layout.parameterChunks();
    assertThat(reader.chunk(moments).values()).containsOnly(0);
    assertThat(reader.chunk(0).outerMomentum()).containsOnly(0);
    assertThat(reader.own(0, 0).values()).containsOnly(0);
  }

  @Test
  void theManifestNamesEveryFileAndNoneIsDamaged() throws IOException {
    FileSystem files = FileSystems.of(saved, HADOOP);
    CheckpointManifest manifest = CheckpointManifest.read(files, saved);
    assertThat(manifest.state()).isEqualTo(PROGRESS);
    assertThat(manifest.files())
        .extracting(CheckpointManifest.Entry::name)
        .containsExactly(
            "config.json",
            "model.safetensors",
            "training/config.yaml",
            "training/error_feedback-replica-0000.safetensors",
            "training/error_feedback-replica-0001.safetensors",
            "training/outer_momentum.safetensors",
            "training/state.json",
            "training/updater.safetensors",
            "vision/config.json",
            "vision/model.safetensors");
    assertThat(CheckpointManifest.damage(files, saved)).isEmpty();
    assertThat(checkpoints.resolvedConfig(saved)).isEqualTo(YAML);
  }
}
