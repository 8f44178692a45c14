package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.datasets.order.ExampleStream;
import parrot.datasets.order.Minibatch;
import parrot.datasets.order.Mixture;
import parrot.datasets.shard.ShardedDataset;
import parrot.jobs.balance.BalanceAlarm;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.balance.ExpertLoads;
import parrot.jobs.checkpoint.CheckpointReader;
import parrot.jobs.checkpoint.CheckpointWriter;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.failure.FailedException;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.PrometheusGauges;
import parrot.jobs.metrics.RoundClock;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.round.Dl4jRounds;
import parrot.jobs.round.ExecutorRounds;
import parrot.jobs.round.MeasureLosses;
import parrot.jobs.round.MinibatchLoader;
import parrot.jobs.round.ReplicaPlan;
import parrot.jobs.round.RoundFailure;
import parrot.jobs.round.RoundMaster;
import parrot.jobs.round.RoundRunner;
import parrot.jobs.round.RoundSettings;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.ReplicaOutcome;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.network.Tally;
import parrot.model.weights.ModelFolder;

/** The rounds of a run from one checkpoint on, with everything they need opened. */
final class TrainingLoop {
  private static final double MILLIS = 1e3;

  private final TrainConfig config;
  private final JavaSparkContext spark;
  private final Consumer<String> say;
  private final RunFolder run;
  private final ModelFolder model;
  private final Path from;
  private final ExampleStream stream;
  private final long totalExamples;
  private final int perRound;
  private final int rounds;
  private final RoundSettings settings;
  private final CheckpointWriter checkpoints;
  private final MinibatchLoader loader;
  private final List<String> heldOut;
  private final BalanceAlarm alarm;
  private RunProgress state;

  /**
   * Opens data and checkpoint.
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
    Configuration hadoop = spark.hadoopConfiguration();
    ParrotConfig parrot = model.config();
    TrainingData data = TrainingData.open(config, hadoop, parrot, model.tokenizer());
    state = run.checkpoints.state(from);
    data.requireSame(state);
    stream =
        new ExampleStream(
            data.train(),
            config.data().sources().stream().map(TrainConfig.DataSource::weight).toList(),
            config.data().mixture(),
            config.seed());
    int perStep = config.rounds().samplesPerStep();
    totalExamples = totalExamples(perStep);
    perRound = perStep * config.rounds().averageEvery();
    rounds = Math.toIntExact((totalExamples + perRound - 1) / perRound);
    NetworkSpec network =
        new NetworkSpec(
            run.checkpoints.start().toString(),
            config.train(),
            config.compute().kernels(),
            config.compute().precision(),
            threads,
            config.compute().recompute());
    settings =
        new RoundSettings(
            network,
            config.optimizer().spec(Math.toIntExact((totalExamples + perStep - 1) / perStep)),
            ParrotNetwork.parameters(parrot, config.train()),
            config.rounds().averaging());
    checkpoints =
        new CheckpointWriter(run.checkpoints, model, settings.parameters(), config, yaml, hadoop);
    loader = new MinibatchLoader(hadoop, parrot.vision().imageSize(), parrot.vocabSize());
    heldOut = heldOut(data.heldOut());
    alarm = new BalanceAlarm(config.balance());
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

  private List<String> heldOut(List<ShardedDataset> datasets) throws IOException {
    List<String> minibatches = new ArrayList<>();
    for (ShardedDataset dataset : datasets) {
      ExampleStream order =
          new ExampleStream(List.of(dataset), List.of(none()), Mixture.OF_THE_DATA, 0);
      long count = Math.min(config.data().heldOut().examples(), order.rows());
      while (order.position() < count) {
        int size = (int) Math.min(config.rounds().batchSize(), count - order.position());
        minibatches.add(order.take(size).toString());
      }
    }
    return minibatches;
  }

  private OptionalDouble none() {
    return OptionalDouble.empty();
  }

  TrainJob.Outcome train(StopSignal stop) throws IOException {
    stream.skip(state.examples());
    run.checkpoints.deleteAfter(state.round());
    say.accept(describe());
    try (MetricsFile lines = new MetricsFile(run.files, run.path, state.round());
        PrometheusGauges metrics = PrometheusGauges.register(spark.sc());
        RoundRunner replicas = open()) {
      return train(stop, replicas, lines, metrics);
    }
  }

  private String describe() {
    return "Training "
        + config.train().stream().map(Part::key).toList()
        + ", "
        + settings.layout().parameters()
        + " parameters, "
        + (model.config().useMoe() ? "with" : "without")
        + " experts; "
        + totalExamples
        + " examples in "
        + rounds
        + " rounds of "
        + config.rounds().replicas()
        + " x "
        + config.rounds().averageEvery()
        + " steps of "
        + config.rounds().batchSize();
  }

  private RoundRunner open() throws IOException {
    CheckpointReader stored =
        new CheckpointReader(
            from,
            state.round() == 0,
            settings.layout(),
            config.rounds().averaging().outer().hasMomentum(),
            settings.parameters(),
            spark.hadoopConfiguration());
    if (config.rounds().averaging().master() == TrainConfig.Master.DL4J) {
      return new Dl4jRounds(spark, settings, config, loader, stored);
    }
    ExecutorState executors;
    try (JobDescription says = describe(state.round(), "executors read the state")) {
      executors = ExecutorState.load(spark, settings.layout(), stored::chunk);
    } catch (RuntimeException e) {
      throw RoundFailure.of(e, state.round() + 1, run.checkpoints);
    }
    if (config.rounds().averaging().exchange().keepsResidual()) {
      executors = executors.withResiduals(config.rounds().replicas(), stored::residual);
    }
    return new ExecutorRounds(spark, new RoundMaster(settings, executors), settings, loader);
  }

  private TrainJob.Outcome train(
      StopSignal stop, RoundRunner replicas, MetricsFile lines, PrometheusGauges metrics)
      throws IOException {
    if (state.round() == 0 && !heldOut.isEmpty()) {
      MetricsLine before = MetricsLine.before(state, rounds, measure(replicas.state()));
      lines.add(before.toJson());
      say.accept(before.toLine(0));
    }
    Path checkpoint = from;
    double loss = Double.NaN;
    double heldOutLoss = Double.NaN;
    double spent = 0;
    int done = 0;
    while (state.round() < rounds && !stop.isRequested()) {
      RoundClock clock = new RoundClock();
      MetricsLine report = round(replicas, clock);
      if (saves(stop)) {
        clock.enter(Phase.CHECKPOINT);
        checkpoint = save(replicas.state());
        clock.leave();
      }
      loss = report.loss();
      heldOutLoss = report.heldOut().map(Tally::meanLoss).orElse(heldOutLoss);
      RoundTimes phases = clock.phases();
      var json = report.toJson();
      json.set(RoundTimes.KEY, phases.toJson());
      lines.add(json);
      metrics.update(numbers(report, phases));
      spent += clock.seconds();
      done++;
      say.accept(report.toLine(spent / done * (rounds - state.round())));
      report.dropped().forEach(line -> say.accept("warning: left out of the average: " + line));
      report.balance().map(alarm::after).ifPresent(warnings -> warnings.forEach(say));
    }
    if (Checkpoints.round(checkpoint) < state.round()) {
      checkpoint = save(replicas.state());
    }
    boolean stopped = state.round() < rounds;
    say.accept(
        stopped
            ? "Stopped after round " + state.round() + "; --resume continues from " + checkpoint
            : "Trained " + state.round() + " rounds; the model is in " + checkpoint);
    return new TrainJob.Outcome(checkpoint, state.round(), loss, heldOutLoss, stopped);
  }

  private boolean saves(StopSignal stop) {
    int every = config.checkpoints().every();
    boolean isLast = state.round() == rounds || stop.isRequested();
    return isLast || every > 0 && state.round() % every == 0;
  }

  private MetricsLine round(RoundRunner replicas, RoundClock clock) throws IOException {
    clock.enter(Phase.PLAN);
    long examples = Math.min(perRound, totalExamples - state.examples());
    List<Minibatch> minibatches = new ArrayList<>();
    for (long left = examples; left > 0; left -= config.rounds().batchSize()) {
      minibatches.add(stream.take((int) Math.min(config.rounds().batchSize(), left)));
    }
    List<ReplicaPlan> plans = ReplicaPlan.deal(minibatches, config.rounds().replicas());
    clock.leave();
    int number = state.round() + 1;
    long began = System.currentTimeMillis();
    RoundRunner.Summary summary;
    try (JobDescription says = describe(number, "replicas learn and are averaged")) {
      summary = replicas.train(plans, state.iteration(), state.balance().routing());
    } catch (RuntimeException e) {
      throw RoundFailure.of(e, number, run.checkpoints);
    }
    time(clock, summary, began);
    requireAll(summary, examples, number);
    double seconds = clock.seconds();
    ExpertLoads loads = ExpertLoads.of(summary.tally(), model.config(), MetricsLine::tag);
    ExpertBalance balance =
        state.balance().after(loads, config.balance(), (double) number / rounds);
    state =
        new RunProgress(
            RunProgress.VERSION,
            number,
            state.iteration() + summary.steps(),
            state.minibatches() + minibatches.size(),
            state.examples() + examples,
            state.tokens() + summary.tally().tokens(),
            state.data(),
            balance);
    boolean measures = number % config.data().heldOut().every() == 0 || number == rounds;
    Optional<Tally> measured = Optional.empty();
    if (measures && !heldOut.isEmpty()) {
      clock.enter(Phase.HELD_OUT);
      measured = Optional.of(measure(replicas.state()));
      clock.leave();
    }
    return new MetricsLine(
        state,
        rounds,
        (double) state.examples() / stream.rows(),
        examples,
        summary.tally(),
        summary.loss(),
        ParrotGraph.learningRate(settings.optimizer(), state.iteration() - 1),
        seconds,
        summary.reports().stream().mapToDouble(ReplicaOutcome::trainSeconds).max().orElse(0),
        summary.dropped(),
        loads.isEmpty()
            ? Optional.empty()
            : Optional.of(BalanceReport.of(loads, balance, config.balance())),
        measured);
  }

  private JobDescription describe(int round, String what) {
    return JobDescription.set(spark, "round " + round + " of " + rounds + ": " + what);
  }

  /** Where the time of the job went, by the clocks of its executors. */
  private static void time(RoundClock clock, RoundRunner.Summary summary, long began) {
    long ended = System.currentTimeMillis();
    clock.bytes(summary.bytesOut(), summary.bytesIn());
    if (summary.reports().isEmpty()) {
      clock.add(Phase.COMPUTE, began, ended);
      return;
    }
    long first = Long.MAX_VALUE;
    long last = began;
    for (ReplicaOutcome report : summary.reports()) {
      clock.replica(
          report.replica(),
          report.executor(),
          report.host(),
          report.began(),
          report.trainSeconds());
      first = Math.min(first, report.began());
      last = Math.max(last, report.began() + Math.round(MILLIS * report.trainSeconds()));
    }
    clock.add(Phase.EXCHANGE, began, first);
    clock.add(Phase.COMPUTE, first, last);
    clock.add(Phase.EXCHANGE, last, summary.reduceBegan());
    clock.add(Phase.OUTER_STEP, summary.reduceBegan(), summary.reduceEnded());
  }

  private static void requireAll(RoundRunner.Summary summary, long examples, int round) {
    boolean counted = !summary.reports().isEmpty() && summary.dropped().isEmpty();
    if (counted && summary.tally().samples() != examples) {
      throw new FailedException(
          "Cannot finish round "
              + round
              + ": replicas trained on "
              + summary.tally().samples()
              + " examples (expected "
              + examples
              + ")");
    }
  }

  private PrometheusGauges.Round numbers(MetricsLine report, RoundTimes phases) {
    Map<String, Double> seconds = new TreeMap<>();
    phases.seconds().forEach((phase, spent) -> seconds.put(phase.key(), spent));
    return new PrometheusGauges.Round(
        state.round(),
        report.loss(),
        report.heldOut().map(Tally::meanLoss).orElse(Double.NaN),
        report.examples(),
        report.tally().tokens(),
        phases.bytesOut() + phases.bytesIn(),
        report.balance().map(BalanceReport::maxViolation).orElse(Double.NaN),
        report.seconds(),
        seconds);
  }

  private Tally measure(ExecutorState executors) {
    List<ArrayList<String>> parts = new ArrayList<>();
    int count = Math.min(heldOut.size(), config.rounds().replicas());
    for (int i = 0; i < count; i++) {
      int begin = (int) ((long) heldOut.size() * i / count);
      int end = (int) ((long) heldOut.size() * (i + 1) / count);
      parts.add(new ArrayList<>(heldOut.subList(begin, end)));
    }
    MeasureLosses work =
        new MeasureLosses(
            settings.network(),
            settings.optimizer(),
            settings.layout(),
            state.balance().routing(),
            loader);
    Tally sum = new Tally();
    try (JobDescription says = describe(state.round(), "held-out losses")) {
      executors.collect(parts, work, Tally.class).forEach(sum::add);
    }
    return sum;
  }

  private Path save(ExecutorState executors) throws IOException {
    try (JobDescription says = describe(state.round(), "checkpoint")) {
      return checkpoints.save(executors, state);
    }
  }
}
