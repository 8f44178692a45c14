package parrot.jobs.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.failure.StoppedException;
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
  private RunFolder folder;

  private TrainJob(TrainConfig config, SparkSession session, Consumer<String> say) {
    this.config = config;
    this.spark = SparkSessions.context(session);
    this.hadoop = spark.hadoopConfiguration();
    this.say = say;
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

  static Outcome run(
      TrainConfig config, SparkSession session, Mode mode, Consumer<String> say, StopSignal stop) {
    try {
      return new TrainJob(config, session, say).checkAndLock(mode, stop);
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
    Optional<String> obstacle = config.compute().device().obstacle();
    if (obstacle.isPresent()) {
      throw new EnvironmentException(obstacle.get());
    }
    Path out = FileSystems.path(config.out());
    say.accept(Preflight.writable(out, hadoop));
    // Before executors are asked for: another run into this folder may hold them.
    try (RunFolder locked = RunFolder.lock(FileSystems.of(out, hadoop), out)) {
      folder = locked;
      locked.lock.onLost(() -> spark.sc().cancelAllJobs());
      TrainConfig.Compute compute = config.compute();
      Preflight.check(
              spark.sc(), config.rounds().replicas(), compute.kernels(), compute.precision())
          .forEach(say);
      Preflight.shared(spark.sc(), folder.path);
      return prepareAndTrain(mode, stop);
    } catch (RuntimeException e) {
      throw folder != null && folder.lock.isLost() ? folder.lock.lost(e) : e;
    }
  }

  private Outcome prepareAndTrain(Mode mode, StopSignal stop) throws IOException {
    int threads = threads(mode);
    ObjectNode resolved = config.resolved().deepCopy();
    ((ObjectNode) resolved.get("kernels")).put("threads", threads);
    Optional<Path> from = folder.prepare(mode, resolved, say);
    String yaml = TrainConfigReader.toYaml(resolved);
    Path start = from.isPresent() ? folder.checkpoints.start() : begin(mode, yaml);
    try (ModelFolder model = ModelFolder.open(start, hadoop)) {
      if (from.isPresent()) {
        requireMemory(need(model));
      }
      Run run =
          new Run(
              config,
              yaml,
              folder,
              model,
              spark,
              threads,
              Preflight.executorBytes(spark.sc(), need(model)),
              say);
      return trainThroughLosses(run, from.orElse(start), stop);
    }
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
        say.accept("warning: " + e.getMessage() + "; going on from " + from);
      }
    }
  }

  /**
   * Writes the starting weights as checkpoint 0. Checks model and data first, so that nothing is
   * deleted or left behind by a run that cannot begin.
   */
  private Path begin(Mode mode, String yaml) throws IOException {
    try (StartingModel model = StartingModel.open(config, hadoop)) {
      model.requireParts(config.train());
      config.balance().requireFit(model.config(), config.train().contains(Part.EXPERTS));
      TrainingData data = TrainingData.open(config, hadoop, model.config(), model.tokenizer());
      requireMemory(need(model.config(), model.storedType(TensorNames.EMBEDDING)));
      if (mode == Mode.OVERWRITE) {
        folder.delete(inputs());
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
              model.tokenizer(),
              RunProgress.start(
                  data.fingerprints(),
                  data.heldOutFingerprints(),
                  ExpertBalance.start(model.config(), config.balance())),
              yaml),
          config.train(),
          model::read);
    }
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

  private MemoryNeed need(ModelFolder start) throws IOException {
    return need(start.config(), start.weights().storedType(TensorNames.EMBEDDING));
  }

  private MemoryNeed need(ParrotConfig model, ElementType table) throws IOException {
    RunPlan plan = RunPlan.of(config, model, table, TrainingData.lengths(config, hadoop));
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
    return inputs.stream().map(FileSystems::path).toList();
  }

  private int threads(Mode mode) throws IOException {
    if (config.compute().threads() > 0) {
      return config.compute().threads();
    }
    if (mode == Mode.RESUME) {
      Optional<Integer> stored = folder.storedThreads();
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
