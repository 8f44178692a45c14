package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import parrot.datasets.shard.ShardedDataset;
import parrot.jobs.balance.BalanceAlarm;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.balance.ExpertLoads;
import parrot.jobs.cli.CommandException;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.spark.TaskFailure;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.RateSchedule;
import parrot.model.dl4j.Tally;
import parrot.model.network.Part;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/** The rounds of a run, with everything they need opened. */
final class TrainingLoop {
  private final TrainConfig config;
  private final JavaSparkContext spark;
  private final Consumer<String> say;
  private final RunFolder run;

  private final ModelFolder model;
  private final Path from;
  private final String yaml;
  private final ExampleStream stream;
  private final long totalExamples;
  private final int perRound;
  private final int rounds;
  private final NetworkSpec network;
  private final OptimizerSpec optimizer;
  private final ComputationGraph graph;
  private final MinibatchLoader loader;
  private final List<String> heldOut;
  private final BalanceAlarm alarm;
  private TrainingState state;

  /**
   * Opens data, graph and checkpoint.
   *
   * @param model the start, where frozen weights are
   * @param from the checkpoint to go on from
   * @param threads of one replica
   * @param yaml the resolved configuration
   */
  TrainingLoop(
      TrainConfig config,
      JavaSparkContext spark,
      RunFolder run,
      Consumer<String> say,
      ModelFolder model,
      Path from,
      int threads,
      String yaml)
      throws IOException {
    this.config = config;
    this.spark = spark;
    this.run = run;
    this.say = say;
    this.model = model;
    this.from = from;
    this.yaml = yaml;
    ParrotConfig parrot = model.config();
    TrainingData data =
        TrainingData.open(config, spark.hadoopConfiguration(), parrot, model.tokenizer());
    state = run.checkpoints.state(from);
    data.requireSame(state);
    stream =
        new ExampleStream(
            data.train(),
            config.data().stream().map(TrainConfig.DataSource::weight).toList(),
            config.seed());
    int perStep = config.replicas() * config.batchSize();
    totalExamples = totalExamples(perStep);
    perRound = perStep * config.averageEvery();
    rounds = Math.toIntExact((totalExamples + perRound - 1) / perRound);
    network =
        new NetworkSpec(
            run.checkpoints.start().toString(),
            config.train(),
            config.kernels().name(),
            config.kernels().precision(),
            threads,
            config.recompute());
    optimizer = optimizer(Math.toIntExact((totalExamples + perStep - 1) / perStep));
    graph = ParrotGraph.create(network, optimizer);
    checkMemory(graph.params().length());
    loader =
        new MinibatchLoader(
            spark.hadoopConfiguration(), parrot.vision().imageSize(), parrot.vocabSize());
    heldOut = heldOut(data.heldOut());
    alarm = new BalanceAlarm(config.balance());
  }

  /** The driver holds the state twice and that of every replica. */
  private void checkMemory(long parameters) {
    long state = 3L * Float.BYTES * parameters; // values and two moments
    long needed = state * (config.replicas() + 2);
    long heap = Runtime.getRuntime().maxMemory();
    if (needed > heap / 5 * 4) {
      throw new CommandException(
          ExitCode.ENVIRONMENT,
          "Cannot train "
              + parameters
              + " parameters with "
              + config.replicas()
              + " replicas: the driver needs about "
              + (needed >> 20)
              + " MiB for their states (the heap has "
              + (heap >> 20)
              + "); give it more with PARROT_HEAP or spark.driver.memory");
    }
  }

  private long totalExamples(int perStep) {
    TrainConfig.Length length = config.length();
    if (length.maxSteps().isPresent()) {
      return Math.multiplyExact(length.maxSteps().get(), perStep);
    }
    return length
        .maxExamples()
        .orElseGet(() -> Math.max(1, Math.round(length.epochs().orElseThrow() * stream.rows())));
  }

  private OptimizerSpec optimizer(int steps) {
    TrainConfig.Optimizer given = config.optimizer();
    int warmup = given.warmupSteps().orElseGet(() -> (int) Math.ceil(given.warmupRatio() * steps));
    RateSchedule schedule =
        new RateSchedule(
            given.schedule(), given.learningRate(), given.minimumRate(), warmup, steps);
    return new OptimizerSpec(
        schedule,
        given.rates(),
        given.weightDecay(),
        given.weightDecays(),
        given.beta1(),
        given.beta2(),
        given.epsilon(),
        given.clipNorm());
  }

  private List<String> heldOut(List<ShardedDataset> datasets) {
    List<String> minibatches = new ArrayList<>();
    for (ShardedDataset dataset : datasets) {
      ExampleStream order = new ExampleStream(List.of(dataset), List.of(none()), 0);
      long count = Math.min(config.heldOut().examples(), order.rows());
      while (order.position() < count) {
        int size = (int) Math.min(config.batchSize(), count - order.position());
        minibatches.add(order.take(size).toString());
      }
    }
    return minibatches;
  }

  private OptionalDouble none() {
    return OptionalDouble.empty();
  }

  TrainJob.Outcome train(StopSignal stop) throws IOException {
    restore();
    stream.skip(state.examples());
    run.checkpoints.deleteAfter(state.round());
    say.accept(describe());
    RoundMaster master = new RoundMaster(network, optimizer, config);
    SparkComputationGraph sparkGraph = new SparkComputationGraph(spark, graph, master);
    Path checkpoint = from;
    double loss = Double.NaN;
    double heldOutLoss = Double.NaN;
    try (MetricsFile metrics = new MetricsFile(run.files, run.path, state.round())) {
      if (state.round() == 0 && !heldOut.isEmpty()) {
        RoundReport before =
            new RoundReport(
                state, rounds, 0, new Tally(), 0, 0, 0, Optional.empty(), Optional.of(measure()));
        metrics.add(before.toJson());
        say.accept(before.toLine(0));
      }
      double spent = 0;
      int done = 0;
      boolean saved = true;
      while (state.round() < rounds && !stop.isRequested()) {
        RoundReport report = round(sparkGraph, master);
        spent += report.seconds();
        done++;
        loss = report.tally().meanLoss();
        heldOutLoss = report.heldOut().map(Tally::meanLoss).orElse(heldOutLoss);
        metrics.add(report.toJson());
        say.accept(report.toLine(spent / done * (rounds - state.round())));
        report.balance().map(alarm::after).ifPresent(lines -> lines.forEach(say));
        int every = config.checkpoints().every();
        saved = every > 0 && state.round() % every == 0;
        if (saved) {
          checkpoint = save();
        }
      }
      if (!saved) {
        checkpoint = save();
      }
    }
    boolean stopped = state.round() < rounds;
    say.accept(
        stopped
            ? "Stopped after round " + state.round() + "; --resume continues from " + checkpoint
            : "Trained " + state.round() + " rounds; the model is in " + checkpoint);
    return new TrainJob.Outcome(checkpoint, state.round(), loss, heldOutLoss, stopped);
  }

  private String describe() {
    return "Training "
        + config.train().stream().map(Part::key).toList()
        + ", "
        + graph.params().length()
        + " parameters, "
        + (model.config().useMoe() ? "with" : "without")
        + " experts; "
        + totalExamples
        + " examples in "
        + rounds
        + " rounds of "
        + config.replicas()
        + " x "
        + config.averageEvery()
        + " steps of "
        + config.batchSize();
  }

  /** Trained values and moments of a checkpoint; those of the start are there already. */
  private void restore() throws IOException {
    ParrotGraph.vertex(graph).setRouting(state.balance().routing());
    if (state.round() == 0) {
      return;
    }
    TrainedValues.read(from, spark.hadoopConfiguration(), graph);
    graph.getConfiguration().setIterationCount(state.iteration());
  }

  private RoundReport round(SparkComputationGraph sparkGraph, RoundMaster master)
      throws IOException {
    long began = System.nanoTime();
    long examples = Math.min(perRound, totalExamples - state.examples());
    List<Minibatch> minibatches = new ArrayList<>();
    for (long left = examples; left > 0; left -= config.batchSize()) {
      minibatches.add(stream.take((int) Math.min(config.batchSize(), left)));
    }
    List<String> plans =
        ReplicaPlan.deal(minibatches, config.replicas()).stream()
            .map(ReplicaPlan::toString)
            .toList();
    int number = state.round() + 1;
    try {
      sparkGraph.fitPaths(spark.parallelize(plans, plans.size()), loader);
    } catch (CommandException e) {
      throw diverged(e, number);
    } catch (RuntimeException e) {
      throw failed(e, number);
    } catch (Exception e) { // Scala throws checked exceptions undeclared
      throw failed(e, number);
    }
    RoundMaster.Summary summary = master.last();
    if (summary.examples() != examples) {
      throw new CommandException(
          ExitCode.FAILED,
          "Cannot finish round "
              + number
              + ": replicas trained on "
              + summary.examples()
              + " examples (expected "
              + examples
              + ")");
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    ExpertLoads loads = ExpertLoads.of(summary.tally(), model.config(), RoundReport::tag);
    ExpertBalance balance =
        state.balance().after(loads, config.balance(), (double) number / rounds);
    ParrotGraph.vertex(graph).setRouting(balance.routing());
    state =
        new TrainingState(
            TrainingState.VERSION,
            number,
            graph.getIterationCount(),
            state.minibatches() + minibatches.size(),
            state.examples() + examples,
            state.tokens() + summary.tally().tokens(),
            state.data(),
            balance);
    boolean measures = number % config.heldOut().every() == 0 || number == rounds;
    return new RoundReport(
        state,
        rounds,
        (double) state.examples() / stream.rows(),
        summary.tally(),
        ParrotGraph.learningRate(optimizer, state.iteration() - 1),
        seconds,
        summary.replicaSeconds(),
        loads.isEmpty()
            ? Optional.empty()
            : Optional.of(BalanceReport.of(loads, balance, config.balance())),
        measures && !heldOut.isEmpty() ? Optional.of(measure()) : Optional.empty());
  }

  private CommandException diverged(CommandException cause, int number) throws IOException {
    if (cause.exitCode() != ExitCode.DIVERGED) {
      return cause;
    }
    List<Path> kept = run.checkpoints.complete();
    return new CommandException(
        ExitCode.DIVERGED,
        "Training diverged in round "
            + number
            + ", "
            + cause.getMessage()
            + "; the last checkpoint is kept in "
            + kept.get(kept.size() - 1)
            + " (start from there with model.folder, another out and a lower optimizer.learning_rate or optimizer.clip_norm)",
        cause);
  }

  private static RuntimeException failed(Exception cause, int number) {
    RuntimeException thrown = TaskFailure.unwrap(cause);
    if (thrown != cause && !(thrown instanceof IllegalStateException)) {
      return thrown;
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    ExitCode code = cause instanceof SparkException ? ExitCode.ENVIRONMENT : ExitCode.FAILED;
    return new CommandException(code, "Cannot finish round " + number + ": " + reason, cause);
  }

  private Tally measure() {
    ReplicaState now = ReplicaState.of(network, optimizer, graph, false);
    Broadcast<ReplicaState> broadcast = spark.broadcast(now);
    try {
      int parts = Math.min(heldOut.size(), config.replicas());
      Tally sum = new Tally();
      spark
          .parallelize(heldOut, parts)
          .mapPartitions(new HeldOutTask(broadcast, loader))
          .collect()
          .forEach(sum::add);
      return sum;
    } finally {
      broadcast.destroy();
    }
  }

  /** A selection goes with the bias that the router was trained to. */
  private ParrotConfig trainedConfig() {
    ParrotConfig parrot = model.config();
    return parrot.selectsExperts()
        ? parrot.withSelectionBias(state.balance().selectionBias())
        : parrot;
  }

  private Path save() throws IOException {
    Map<String, INDArray> trained = ParrotGraph.vertex(graph).paramTable(true);
    List<TensorSpec> tensors =
        TensorNames.of(model.config()).stream()
            .filter(tensor -> model.weights().names().contains(tensor.name()))
            .toList();
    INDArray updater = ParrotGraph.updaterState(graph);
    Path checkpoint =
        run.checkpoints.write(
            new Checkpoints.Content(
                trainedConfig(),
                tensors,
                (tensor, sink) -> {
                  INDArray values = trained.get(tensor.name());
                  if (values == null) {
                    model.weights().read(tensor.name(), sink);
                  } else {
                    TrainedValues.write(values, sink);
                  }
                },
                model.tokenizer(),
                state,
                yaml,
                updater.length(),
                Optional.of(sink -> TrainedValues.write(updater, sink))));
    run.checkpoints.prune(config.checkpoints().keep());
    return checkpoint;
  }
}
