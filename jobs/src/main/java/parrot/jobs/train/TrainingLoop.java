package parrot.jobs.train;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;
import parrot.datasets.order.ExampleOrder;
import parrot.datasets.order.Minibatch;
import parrot.jobs.balance.BalanceAlarm;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.balance.ExpertLoads;
import parrot.jobs.checkpoint.CheckpointReader;
import parrot.jobs.checkpoint.CheckpointWriter;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.MomentOrder;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.checkpoint.SettingsChange;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.metrics.ConsoleLine;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.PrometheusGauges;
import parrot.jobs.metrics.RoundClock;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RunMemory;
import parrot.jobs.round.Dl4jRounds;
import parrot.jobs.round.ExecutorRounds;
import parrot.jobs.round.MinibatchLoader;
import parrot.jobs.round.ReplicaPlan;
import parrot.jobs.round.RoundFailure;
import parrot.jobs.round.RoundOutcome;
import parrot.jobs.round.RoundPlan;
import parrot.jobs.round.RoundRunner;
import parrot.jobs.round.RoundSettings;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.spark.Preflight;
import parrot.jobs.state.ExecutorState;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Tally;

/** The rounds of a run from a checkpoint to its end. */
final class TrainingLoop {
  private final Run run;
  private final TrainConfig config;
  private final Consumer<String> say;
  private final Path from;
  private final Outlook outlook;
  private final ExampleOrder stream;
  private final RunLength length;
  private final int rounds;
  private final RoundSettings settings;
  private final CheckpointWriter checkpoints;
  private final MinibatchLoader loader;
  private final HeldOut heldOut;
  private final RunBenchmarks benchmarks;
  private final BalanceAlarm alarm;
  private final List<SettingsChange.Setting> changes; // since the checkpoint
  private HeldOutLosses losses = new HeldOutLosses();
  private volatile RunProgress progress;
  private long saved; // when, in nanoseconds

  /**
   * Opens data and checkpoint.
   *
   * @param from the checkpoint to go on from
   * @throws DataException if a checkpoint that {@code average_last} needs is missing
   * @throws parrot.datasets.UsageException if a setting cannot change at this checkpoint
   */
  TrainingLoop(Run run, Path from) throws IOException {
    this.run = run;
    this.config = run.config();
    this.say = run.say();
    this.from = from;
    Configuration hadoop = run.spark().hadoopConfiguration();
    ParrotConfig parrot = run.model().config();
    RunProgress stored = run.folder().checkpoints.state(from);
    Set<String> known = new HashSet<>(stored.data());
    known.addAll(stored.heldOut());
    TrainingData data = TrainingData.open(config, hadoop, parrot, run.model().tokenizer(), known);
    changes = run.folder().changes(from, run.yaml()).settings(stored, data);
    progress = stored.changed(changes, data.fingerprints(), data.heldOutFingerprints());
    outlook = Outlook.of(config, parrot, data, progress);
    stream = outlook.order();
    length = outlook.length();
    rounds = length.rounds();
    List<Parameter> parameters = ParrotNetwork.parameters(parrot, config.train());
    NetworkSpec network =
        new NetworkSpec(
            run.folder().checkpoints.start().toString(),
            config.train(),
            config.compute().kernels(),
            config.compute().precision(),
            run.threads(),
            config.compute().recompute(),
            StateChoice.of(config, parameters));
    settings =
        new RoundSettings(
            network,
            config.optimizer().spec(length.steps()),
            parameters,
            config.rounds().averaging());
    checkpoints =
        new CheckpointWriter(
            run.folder().checkpoints,
            run.model(),
            settings.parameters(),
            config,
            run.yaml(),
            hadoop);
    checkpoints.averaged(progress.round(), rounds); // refuses if one is missing
    RunChanges.requireSameReplicas(changes, settings.kept(progress.round()), progress.round());
    loader = TrainingData.loader(hadoop, parrot);
    heldOut = new HeldOut(config, data.heldOut());
    alarm = new BalanceAlarm(config.balance());
    benchmarks = new RunBenchmarks(run);
  }

  /** Runs rounds until all are done or the run is asked to stop. */
  TrainJob.Outcome runToEnd(StopSignal stop) throws IOException {
    stream.skip(ofThisData());
    run.folder().writeConfig(run.yaml());
    run.folder().checkpoints.deleteAfter(progress.round());
    sayOutlook();
    try (MetricsFile metrics =
            new MetricsFile(
                run.folder().files,
                run.folder().path,
                progress.round(),
                config.watching().tensorboard());
        PrometheusGauges gauges = PrometheusGauges.register(run.spark().sc());
        RoundRunner runner = openRunner();
        RunBenchmarks asking = benchmarks;
        BackgroundCheckpoints written = new BackgroundCheckpoints(from)) {
      if (watchesHeldOut()) {
        losses =
            HeldOutLosses.of(
                MetricsFile.read(run.folder().files, run.folder().path), progress.heldOutSince());
      }
      return runRounds(stop, runner, written, metrics, gauges);
    }
  }

  /** What will happen, in lines for the user. */
  void sayOutlook() {
    changes.forEach(change -> say.accept("Changed: " + change));
    outlook.lines().forEach(say);
  }

  /** Rounds of the whole run, those that are done included. */
  int rounds() {
    return rounds;
  }

  /** Of the checkpoint, which may have been written with other rates of parts. */
  private List<Long> storedBlocks() throws IOException {
    boolean changed = changes.stream().anyMatch(change -> change.key().startsWith("optimizer."));
    return momentBlocks(
        changed
            ? TrainConfigReader.read(run.folder().checkpoints.resolvedConfig(from), List.of())
            : config);
  }

  private List<Long> momentBlocks(TrainConfig of) {
    return ParrotGraph.momentBlocks(of.optimizer().spec(length.steps()), settings.parameters());
  }

  private RoundRunner openRunner() throws IOException {
    CheckpointReader stored =
        new CheckpointReader(
            from,
            progress.round() == 0,
            settings.kept(progress.round()),
            new MomentOrder(storedBlocks(), momentBlocks(config)),
            config.rounds().averaging().outer().hasMomentum(),
            settings.parameters(),
            run.spark().hadoopConfiguration());
    if (config.rounds().averaging().master() == TrainConfig.Master.DL4J) {
      return new Dl4jRounds(run.spark(), settings, config, loader, stored);
    }
    ExecutorState state;
    try (JobDescription says = describe(progress.round(), "executors read the state")) {
      state = ExecutorState.load(run.spark(), settings.layout(), stored::chunk);
    } catch (RuntimeException e) {
      throw RoundFailure.of(e, progress.round() + 1, run.folder().checkpoints);
    }
    state = state.withOwn(settings.kept(progress.round()), config.rounds().replicas(), stored::own);
    return new ExecutorRounds(run.spark(), settings, loader, state);
  }

  private TrainJob.Outcome runRounds(
      StopSignal stop,
      RoundRunner runner,
      BackgroundCheckpoints written,
      MetricsFile metrics,
      PrometheusGauges gauges)
      throws IOException {
    if (progress.round() == 0 && !heldOut.isEmpty()) {
      MetricsLine before = MetricsLine.before(told(0), measure(runner.state()));
      metrics.add(before);
      losses.add(0, before.heldOutLoss());
      say.accept(ConsoleLine.of(before, 0));
    }
    saved = System.nanoTime();
    double loss = Double.NaN;
    double heldOutLoss = Double.NaN;
    RoundPace pace = new RoundPace();
    stop.during(
        new StopSignal.Work(
            () -> "round " + (progress.round() + 1) + ", " + pace.left(),
            () -> "--resume continues from " + written.newest(),
            run.folder().lock::close));
    Optional<String> ended = endsEarly();
    boolean unasked = false;
    benchmarks.goOn(progress.round() == rounds || ended.isPresent(), slotsBesideReplicas(), stop);
    List<String> notes = changes.stream().map(SettingsChange.Setting::toString).toList();
    while (progress.round() < rounds && !stop.isRequested() && ended.isEmpty()) {
      RoundClock clock = new RoundClock();
      pace.begin();
      int steps = progress.iteration();
      RoundPlan plan = plan(clock);
      RoundOutcome outcome = runRound(runner, plan, written, clock);
      double seconds = clock.seconds();
      Optional<BalanceReport> balance = advance(plan, outcome);
      Optional<Tally> measured = measureIfDue(runner, clock);
      measured.ifPresent(tally -> losses.add(progress.round(), tally.meanLoss()));
      ended = endsEarly();
      run.folder().lock.requireHeld();
      written.requireNoFailure();
      boolean isLast = progress.round() == rounds || stop.isRequested() || ended.isPresent();
      boolean asks = !stop.isRequested() && benchmarks.isDue(steps, progress.iteration(), isLast);
      unasked = isLast && !asks && config.benchmark().isPresent();
      int free = isLast ? 0 : slotsBesideReplicas();
      if (isLast || asks || saves(written)) {
        clock.enter(Phase.CHECKPOINT);
        save(runner, written, free, asks);
        clock.leave();
      }
      MetricsLine line =
          line(outcome, seconds, balance, measured, clock)
              .withNotes(Stream.concat(notes.stream(), ended.stream()).toList());
      notes = List.of();
      metrics.add(line);
      gauges.update(outcome, line);
      loss = outcome.loss();
      heldOutLoss = measured.map(Tally::meanLoss).orElse(heldOutLoss);
      pace.end(clock.seconds());
      say.accept(ConsoleLine.of(line, pace.mean() * (rounds - progress.round())));
      outcome.dropped().forEach(why -> warn("warning: left out of the average: " + why));
      balance.map(alarm::after).ifPresent(warnings -> warnings.forEach(this::warn));
      if (asks && free == 0) {
        benchmarks.finish(stop);
      }
    }
    written.finish();
    if (Checkpoints.round(written.newest()) < progress.round()) {
      save(runner, written, 0, false);
    }
    Path checkpoint = written.newest();
    alarm.atEnd().ifPresent(this::warn);
    ended.ifPresent(say);
    benchmarks.finish(stop);
    boolean stopped = progress.round() < rounds && ended.isEmpty() || unasked || benchmarks.asks();
    if (!stopped) {
      checkpoints.prune(best(written)); // those that stayed to be asked
      benchmarks.warnOfUnscored(progress.round());
    }
    say.accept(
        stopped
            ? "Stopped after round " + progress.round() + "; --resume continues from " + checkpoint
            : "Trained " + progress.round() + " rounds; the model is in " + checkpoint);
    sayBest(written);
    if (!stopped && config.checkpoints().averageLast() > 0) {
      saveAverage();
    }
    return new TrainJob.Outcome(checkpoint, progress.round(), loss, heldOutLoss, stopped);
  }

  private void warn(String warning) {
    run.events().alarm(progress.round(), warning);
  }

  private RoundPlan plan(RoundClock clock) {
    clock.enter(Phase.PLAN);
    List<Minibatch> minibatches = new ArrayList<>();
    for (long left = length.next(progress.examples());
        left > 0;
        left -= config.rounds().batchSize()) {
      minibatches.add(stream.take((int) Math.min(config.rounds().batchSize(), left)));
    }
    RoundPlan plan =
        new RoundPlan(
            progress.round() + 1,
            ReplicaPlan.deal(minibatches, config.rounds().replicas()),
            progress.iteration(),
            progress.balance().routing(config.balance(), shareAfterNext()),
            config.rounds().averaging().outer().at(progress.round() + 1, shareAfterNext()));
    clock.leave();
    return plan;
  }

  private RoundOutcome runRound(
      RoundRunner runner, RoundPlan plan, BackgroundCheckpoints written, RoundClock clock)
      throws IOException {
    int number = progress.round() + 1;
    long began = System.currentTimeMillis();
    RoundOutcome outcome;
    try (JobDescription says = describe(number, "replicas learn and are averaged")) {
      outcome = runner.run(plan);
    } catch (RuntimeException e) {
      written.finishAfter(e); // the message names the newest
      throw RoundFailure.of(e, number, run.folder().checkpoints);
    }
    clock.add(outcome, began);
    outcome.requireAllExamples(number);
    return outcome;
  }

  /** Moves the progress on by a round, and reports the balance of its experts. */
  private Optional<BalanceReport> advance(RoundPlan plan, RoundOutcome outcome) {
    ExpertLoads loads =
        ExpertLoads.of(
            outcome.tally(), run.model().config(), index -> Language.ofIndex(index).tag());
    ExpertBalance balance =
        progress
            .balance()
            .after(loads, outcome.selectionBias(), config.balance(), shareAfterNext());
    progress =
        progress.afterRound(
            outcome.steps(),
            plan.minibatches(),
            plan.examples(),
            outcome.tally().tokens(),
            balance);
    return loads.isEmpty()
        ? Optional.empty()
        : Optional.of(
            BalanceReport.of(
                loads,
                outcome.violationWithin(),
                outcome.tally().load().zLoss(),
                balance,
                config.balance()));
  }

  /** Share of the run that is done after the next round. */
  private double shareAfterNext() {
    return (double) (progress.round() + 1) / rounds;
  }

  private Optional<Tally> measureIfDue(RoundRunner runner, RoundClock clock) {
    if (!heldOut.isDue(progress.round(), rounds)) {
      return Optional.empty();
    }
    clock.enter(Phase.HELD_OUT);
    Tally measured = measure(runner.state());
    clock.leave();
    return Optional.of(measured);
  }

  private Tally measure(ExecutorState state) {
    try (JobDescription says = describe(progress.round(), "held-out losses")) {
      return heldOut.measure(state, settings, progress.balance().still(), loader);
    }
  }

  private boolean saves(BackgroundCheckpoints written) throws IOException {
    Duration since = Duration.ofNanos(System.nanoTime() - saved);
    return progress.round() >= config.checkpoints().firstAveraged(rounds)
        || config.checkpoints().every().isDue(progress.round(), since)
        || best(written).contains(progress.round());
  }

  private int slotsBesideReplicas() {
    return Math.max(0, Preflight.slots(run.spark().sc()) - config.rounds().replicas());
  }

  private void saveAverage() throws IOException {
    List<Path> averaged = checkpoints.averaged(rounds, rounds);
    try (JobDescription says = describe(rounds, "mean of the last states")) {
      Path average = checkpoints.saveAverage(run.spark(), averaged, progress);
      say.accept("The mean of the last " + averaged.size() + " states is in " + average);
    } catch (RuntimeException e) {
      throw RoundFailure.of(e, rounds, run.folder().checkpoints);
    }
  }

  private boolean watchesHeldOut() {
    return config.length().patience().isPresent() || config.checkpoints().keepBest() > 0;
  }

  private Optional<String> endsEarly() {
    return config.length().patience().flatMap(losses::exhausted);
  }

  /** Rounds with the lowest held-out losses, of this one and those that have checkpoints. */
  private List<Integer> best(BackgroundCheckpoints written) throws IOException {
    if (config.checkpoints().keepBest() == 0) {
      return List.of();
    }
    Set<Integer> rounds = run.folder().checkpoints.rounds();
    rounds.add(progress.round());
    written.writing().ifPresent(rounds::add);
    return losses.best(config.checkpoints().keepBest(), rounds);
  }

  private void sayBest(BackgroundCheckpoints written) throws IOException {
    best(written).stream()
        .findFirst()
        .ifPresent(
            round ->
                say.accept(
                    "The lowest held-out loss, "
                        + losses.describe(round).orElseThrow()
                        + ", is that of "
                        + run.folder().checkpoints.after(round)));
  }

  /**
   * Writes a checkpoint, beside the next round if there are slots for it. Without them it would
   * take those of replicas, and the others would wait for these.
   *
   * @param free slots beside those of replicas; 0 to wait for the checkpoint
   * @param asks whether it is asked a benchmark after that, in the same slots
   */
  private void save(RoundRunner runner, BackgroundCheckpoints written, int free, boolean asks)
      throws IOException {
    written.finish();
    RunProgress now = progress;
    Set<Integer> asked = benchmarks.rounds();
    int slots = asked.isEmpty() ? free : 0;
    List<Integer> kept = Stream.concat(best(written).stream(), asked.stream()).toList();
    ExecutorState state = runner.state().lend(slots);
    written.begin(
        now.round(),
        () -> {
          try (state;
              JobDescription says = describe(now.round(), "checkpoint")) {
            Path checkpoint = checkpoints.save(state, now, kept);
            if (asks) {
              benchmarks.begin(checkpoint, now.iteration(), free);
            }
            return checkpoint;
          }
        });
    if (slots == 0) {
      written.finish();
    }
    saved = System.nanoTime();
  }

  private MetricsLine line(
      RoundOutcome outcome,
      double seconds,
      Optional<BalanceReport> balance,
      Optional<Tally> measured,
      RoundClock clock) {
    int last = progress.iteration() - 1;
    double rate = ParrotGraph.learningRate(settings.optimizer(), last);
    Map<String, Double> ownRates = ParrotGraph.ownLearningRates(settings.optimizer(), last);
    return new MetricsLine(
        told((double) ofThisData() / stream.rows()),
        Optional.of(MetricsLine.Training.of(outcome, rate, ownRates, seconds)),
        MetricsLine.Counts.of(outcome.tally(), seconds),
        outcome.dropped(),
        List.of(),
        balance,
        measured.map(MetricsLine.HeldOut::of),
        Optional.of(clock.times()),
        RunMemory.of(run.planned(), outcome));
  }

  private long ofThisData() {
    return progress.examples() - progress.examplesOfOtherData();
  }

  private MetricsLine.Progress told(double epoch) {
    return MetricsLine.Progress.of(progress, rounds, epoch);
  }

  private JobDescription describe(int round, String what) {
    return JobDescription.set(run.spark(), "round " + round + " of " + rounds + ": " + what);
  }
}
