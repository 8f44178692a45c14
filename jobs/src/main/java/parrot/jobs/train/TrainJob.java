package parrot.jobs.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.DatasetVersions;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.failure.StoppedException;
import parrot.jobs.metrics.ConsoleLine;
import parrot.jobs.round.GraphPool;
import parrot.jobs.round.MinibatchLoader;
import parrot.jobs.spark.MemoryNeed;
import parrot.jobs.spark.Preflight;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.state.LostStateException;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.kernel.Threads;
import parrot.model.network.Part;
import parrot.model.tensor.ElementType;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorNames;

/** A training run from its configuration to its last checkpoint. */
public final class TrainJob {
  /** What to do with a run folder that exists. */
  public enum Mode {
    FRESH,
    RESUME,
    OVERWRITE
  }

  /**
   * How a run ended.
   *
   * @param checkpoint the newest, a complete model folder
   * @param heldOutLoss the last one measured; NaN if none was
   * @param stopped whether it ended early on request
   */
  public record Outcome(
      Path checkpoint, int rounds, double loss, double heldOutLoss, boolean stopped) {}

  /** How often a run goes on after its state was lost. */
  private static final int LOSSES = 3;

  private final TrainConfig config;
  private final JavaSparkContext spark;
  private final Configuration hadoop;
  private final Consumer<String> say;
  private final RunEvents events;
  private RunFolder folder;

  private TrainJob(TrainConfig config, SparkSession session, Consumer<String> say) {
    this.config = config;
    this.spark = SparkSessions.context(session);
    this.hadoop = spark.hadoopConfiguration();
    this.say = say;
    this.events = new RunEvents(config, say);
  }

  /**
   * Trains.
   *
   * @param say gets each line for the user
   * @throws UsageException if the configuration or the folder does not allow it
   */
  public static Outcome run(
      TrainConfig config, SparkSession session, Mode mode, Consumer<String> say) {
    try (StopSignal stop = new StopSignal(say, "Stopped before the first round")) {
      return run(config, session, mode, say, stop);
    }
  }

  /**
   * Finds out all that can be known of a run without training, as the run itself would, and ends as
   * it would. Writes nothing that stays.
   *
   * @param measured folder of a run that says how fast rounds are
   * @param console gets the lines of a start, the plan and the forecast
   * @throws UsageException if the configuration or the folder does not allow it
   */
  public static void check(
      TrainConfig config,
      SparkSession session,
      Mode mode,
      Optional<String> measured,
      PrintWriter console) {
    Consumer<String> say = line -> console.println(line);
    try (StopSignal stop = new StopSignal(say, "Stopped; nothing was written")) {
      guard(
          stop, () -> new TrainJob(config, session, say).checkAndForecast(mode, measured, console));
    }
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  static Outcome run(
      TrainConfig config, SparkSession session, Mode mode, Consumer<String> say, StopSignal stop) {
    return guard(stop, () -> new TrainJob(config, session, say).checkAndLock(mode, stop));
  }

  private static <T> T guard(StopSignal stop, Work<T> work) {
    try {
      return work.run();
    } catch (IOException | RuntimeException e) {
      if (stop.isEnding()) {
        throw new StoppedException(null, e);
      }
      throw e instanceof IOException storage
          ? new UncheckedIOException("Cannot train: " + e.getMessage(), storage)
          : (RuntimeException) e;
    } finally {
      GraphPool.clear();
      MinibatchLoader.forget();
    }
  }

  private Outcome checkAndLock(Mode mode, StopSignal stop) throws IOException {
    Path out = requireOutput();
    // Before executors are asked for: another run into this folder may hold them.
    try (RunFolder locked = RunFolder.lock(FileSystems.of(out, hadoop), out);
        DatasetVersions.Hold held = TrainingData.hold(config, hadoop)) {
      folder = locked;
      locked.lock.onLost(() -> spark.sc().cancelAllJobs());
      requireCluster();
      return prepareAndTrain(mode, stop);
    } catch (RuntimeException e) {
      throw folder != null && folder.lock.isLost() ? folder.lock.lost(e) : e;
    }
  }

  private Path requireOutput() {
    requireDevice();
    RunBenchmarks.requireFiles(config, hadoop);
    Path out = FileSystems.path(config.out());
    say.accept(Preflight.writable(out, hadoop));
    return out;
  }

  /** On this machine; the checks of the cluster look at the executors' cards. */
  private void requireDevice() {
    Optional<String> obstacle =
        spark.isLocal() ? config.compute().device().obstacle() : Optional.empty();
    obstacle.ifPresent(
        reason -> {
          throw new EnvironmentException(reason);
        });
  }

  private void requireCluster() {
    TrainConfig.Compute compute = config.compute();
    Preflight.check(spark.sc(), config.rounds().replicas(), compute.kernels(), compute.precision())
        .forEach(say);
    Preflight.shared(spark.sc(), folder.path);
  }

  private Void checkAndForecast(Mode mode, Optional<String> measured, PrintWriter console)
      throws IOException {
    Path out = requireOutput();
    folder = RunFolder.look(FileSystems.of(out, hadoop), out);
    requireCluster();
    int threads = threads(mode);
    ObjectNode resolved = resolved(threads);
    Optional<Path> from = folder.prepare(mode, resolved, say);
    RunPlan plan;
    int rounds;
    if (from.isPresent()) {
      try (ModelFolder model = ModelFolder.open(folder.checkpoints.start(), hadoop)) {
        plan = plan(model);
        Run run = continued(model, plan, TrainConfigReader.toYaml(resolved), threads);
        TrainingLoop loop = new TrainingLoop(run, from.get());
        loop.sayOutlook();
        rounds = loop.rounds();
      }
    } else {
      try (StartingModel model = StartingModel.open(config, hadoop)) {
        TrainingData data = requireStart(mode, model);
        plan = plan(model.config(), model.storedType(TensorNames.EMBEDDING));
        Outlook outlook = Outlook.of(config, model.config(), data, progress(model, data));
        outlook.lines().forEach(say);
        rounds = outlook.length().rounds();
      }
    }
    boolean fromData = TrainingData.lengths(config, hadoop).isPresent();
    PlanTable.print(console, plan, fromData, PlanTable.Memory.here());
    if (measured.isPresent()) {
      RoundFigures figures = RoundFigures.read(FileSystems.path(measured.get()), hadoop);
      int executors = Math.min(config.rounds().replicas(), Preflight.slots(spark.sc()));
      RoundForecast forecast =
          new RoundForecast(plan, figures, executors, Double.POSITIVE_INFINITY);
      forecast.print(console, measured.get());
      say.accept(
          "run         %d rounds, about %s"
              .formatted(rounds, ConsoleLine.duration(rounds * forecast.together())));
    } else {
      say.accept("run         %d rounds; --measured RUN tells their time".formatted(rounds));
    }
    say.accept("Checked: the run can start. Nothing was written");
    return null;
  }

  private Outcome prepareAndTrain(Mode mode, StopSignal stop) throws IOException {
    int threads = threads(mode);
    ObjectNode resolved = resolved(threads);
    Optional<Path> from = folder.prepare(mode, resolved, say);
    String yaml = TrainConfigReader.toYaml(resolved);
    Path start = from.isPresent() ? folder.checkpoints.start() : begin(mode, yaml);
    try (ModelFolder model = ModelFolder.open(start, hadoop)) {
      RunPlan plan = plan(model);
      Run run =
          from.isPresent()
              ? continued(model, plan, yaml, threads)
              : run(model, plan, yaml, threads);
      return trainThroughLosses(run, from.orElse(start), stop);
    }
  }

  private ObjectNode resolved(int threads) {
    ObjectNode resolved = config.resolved().deepCopy();
    ((ObjectNode) resolved.get("kernels")).put("threads", threads);
    return resolved;
  }

  private Run continued(ModelFolder model, RunPlan plan, String yaml, int threads) {
    requireFit(model.config());
    requireMemory(need(plan));
    return run(model, plan, yaml, threads);
  }

  private Run run(ModelFolder model, RunPlan plan, String yaml, int threads) {
    long planned = Preflight.executorBytes(spark.sc(), need(plan));
    return new Run(config, yaml, folder, model, spark, threads, planned, say, events);
  }

  private void requireFit(ParrotConfig model) {
    boolean expertsLearn = config.train().contains(Part.EXPERTS);
    config.balance().requireFit(model, expertsLearn);
    config.optimizer().requireFit(expertsLearn && model.experts().used());
  }

  /** Goes on from the last checkpoint if the executors that held the state are lost. */
  private Outcome trainThroughLosses(Run run, Path start, StopSignal stop) throws IOException {
    Path from = start;
    for (int losses = 0; ; losses++) {
      try {
        return new TrainingLoop(run, from).runToEnd(stop);
      } catch (LostStateException e) {
        if (losses == LOSSES) {
          throw new EnvironmentException(
              "Cannot train: "
                  + e.getMessage()
                  + ", "
                  + (losses + 1)
                  + " times; find out why executors die, then go on with --resume",
              e);
        }
        from = folder.checkpoints.newestValid(say).orElseThrow();
        events.alarm(
            Checkpoints.round(from), "warning: " + e.getMessage() + "; going on from " + from);
      }
    }
  }

  /**
   * Writes the starting weights as checkpoint 0. Checks model and data first, so that nothing is
   * deleted or left behind by a run that cannot begin.
   */
  private Path begin(Mode mode, String yaml) throws IOException {
    try (StartingModel model = StartingModel.open(config, hadoop)) {
      TrainingData data = requireStart(mode, model);
      if (mode == Mode.OVERWRITE) {
        folder.delete();
      }
      folder.writeConfig(yaml);
      return folder.checkpoints.writeFrom(
          new Checkpoints.Content(
              model.config(),
              model.tensors(),
              Checkpoints.bf16(
                  model.tensors(),
                  model::storedType,
                  name -> config.train().contains(Part.of(name))),
              model.companions(),
              progress(model, data),
              yaml),
          config.train(),
          model::read);
    }
  }

  private TrainingData requireStart(Mode mode, StartingModel model) throws IOException {
    model.requireParts(config.train());
    requireFit(model.config());
    TrainingData data =
        TrainingData.open(config, hadoop, model.config(), model.tokenizer(), Set.of());
    requireMemory(need(plan(model.config(), model.storedType(TensorNames.EMBEDDING))));
    if (mode == Mode.OVERWRITE) {
      folder.requireOutside(inputs());
    }
    return data;
  }

  private RunProgress progress(StartingModel model, TrainingData data) {
    return RunProgress.start(
        data.fingerprints(),
        data.heldOutFingerprints(),
        ExpertBalance.start(model.config(), config.balance()));
  }

  private void requireMemory(MemoryNeed need) {
    long trainable = need.trainable();
    if (isDl4j() && trainable > ParrotGraph.MOST_TRAINED) {
      throw new UsageException(
          "Invalid train: %s, %,d parameters (must be at most %,d with averaging: dl4j, as many as DL4J's updater addresses); set averaging: parrot, or train fewer parts"
              .formatted(
                  config.train().stream().map(Part::key).toList(),
                  trainable,
                  ParrotGraph.MOST_TRAINED));
    }
    Preflight.memory(spark.sc(), need).forEach(say);
  }

  private boolean isDl4j() {
    return config.rounds().averaging().master() == TrainConfig.Master.DL4J;
  }

  private RunPlan plan(ModelFolder start) throws IOException {
    return plan(start.config(), start.weights().storedType(TensorNames.EMBEDDING));
  }

  private RunPlan plan(ParrotConfig model, ElementType table) throws IOException {
    return RunPlan.of(config, model, table, TrainingData.lengths(config, hadoop));
  }

  private MemoryNeed need(RunPlan plan) {
    int copies = spark.isLocal() ? 1 : 2;
    int onDriver = isDl4j() ? MemoryNeed.DL4J_MASTER : 0;
    return new MemoryNeed(
        plan.learns(),
        plan.frozen(),
        plan.replica(),
        config.rounds().replicas(),
        plan.state(),
        copies,
        onDriver);
  }

  private List<Path> inputs() {
    List<String> inputs = new ArrayList<>(config.model().parts().values());
    inputs.add(config.model().folder());
    config.model().tokenizer().ifPresent(inputs::add);
    config.data().sources().forEach(source -> inputs.add(source.folder()));
    inputs.addAll(config.data().heldOut().folders());
    config.benchmark().ifPresent(asked -> inputs.addAll(asked.files()));
    return inputs.stream().map(FileSystems::path).toList();
  }

  private int threads(Mode mode) throws IOException {
    if (config.compute().threads() > 0) {
      return config.compute().threads();
    }
    if (mode == Mode.RESUME) {
      Optional<Integer> stored = folder.storedThreads(config.rounds().replicas());
      if (stored.isPresent()) {
        return stored.get();
      }
    }
    if (!spark.isLocal()) {
      return spark.getConf().getInt("spark.task.cpus", 1);
    }
    int together = Math.max(1, Math.min(config.rounds().replicas(), spark.defaultParallelism()));
    return Math.max(1, Threads.allowed() / together);
  }
}
