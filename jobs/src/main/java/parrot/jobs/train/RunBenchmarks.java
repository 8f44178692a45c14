package parrot.jobs.train;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.benchmark.MatchingRule;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.cli.Failures;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.BenchmarkFiles;
import parrot.jobs.evaluate.EvaluateJob;
import parrot.jobs.evaluate.TrainingScores;

/**
 * Asks checkpoints of a run the questions of benchmarks while the rounds go on. The run computes
 * the same bytes with it as without; what goes wrong here is a warning.
 */
final class RunBenchmarks implements AutoCloseable {
  private static final long POLL_MS = 100;

  private final Run run;
  private final Optional<TrainConfig.Benchmarking> wanted;
  private final Map<Integer, Future<?>> asked = new ConcurrentHashMap<>(); // by round
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread asker = new Thread(task, "benchmark");
            asker.setDaemon(true);
            return asker;
          });

  RunBenchmarks(Run run) {
    this.run = run;
    this.wanted = run.config().benchmark();
  }

  /**
   * Fails if there are no such files, before anything is trained.
   *
   * @throws parrot.datasets.DataException naming the file
   */
  static void requireFiles(TrainConfig config, Configuration hadoop) {
    config
        .benchmark()
        .ifPresent(wanted -> BenchmarkFiles.find(wanted.files(), Optional.empty(), hadoop));
  }

  /** Whether the checkpoint after these steps is to be asked. */
  boolean isDue(int stepsBefore, int steps, boolean isLast) {
    return wanted.isPresent()
        && (isLast || stepsBefore / wanted.get().every() < steps / wanted.get().every());
  }

  /**
   * Begins to ask a published checkpoint, after those before it.
   *
   * @param slots to take at a time; 0 for all
   */
  void begin(Path checkpoint, int steps, int slots) {
    int round = Checkpoints.round(checkpoint);
    asked.put(round, thread.submit(() -> ask(checkpoint, round, steps, slots)));
  }

  /**
   * Goes on with the checkpoints that were to be asked when the run was broken off.
   *
   * @param isOver whether the newest is the last of the run
   * @param free slots beside those of replicas; 0 to wait until all are asked
   */
  void goOn(boolean isOver, int free, StopSignal stop) throws IOException {
    if (wanted.isEmpty()) {
      return;
    }
    int slots = isOver ? 0 : free;
    List<Path> checkpoints = run.folder().checkpoints.complete();
    for (Path checkpoint : checkpoints) {
      boolean isLast = isOver && checkpoint.equals(checkpoints.get(checkpoints.size() - 1));
      try {
        RunProgress then = run.folder().checkpoints.state(checkpoint);
        if (waits(then, isLast)) {
          begin(checkpoint, then.iteration(), slots);
        }
      } catch (DataException e) {
        warn(Checkpoints.round(checkpoint), e.getMessage());
      }
    }
    if (slots == 0) {
      finish(stop);
    }
  }

  /** Whether a checkpoint was to be asked, and has no scores. */
  private boolean waits(RunProgress then, boolean isLast) throws IOException {
    RunFolder folder = run.folder();
    int steps = then.iteration();
    return steps > 0
        && !TrainingScores.areThere(folder.files, folder.path, steps)
        && (isDue(then.iterationBefore(), steps, isLast)
            || folder.files.exists(TrainingScores.folder(folder.path, steps)));
  }

  private void ask(Path checkpoint, int round, int steps, int slots) {
    TrainConfig.Compute compute = run.config().compute();
    AnsweringOptions options =
        new AnsweringOptions(
            AnsweringOptions.DEFAULT_MAX_NEW_TOKENS,
            compute.kernels(),
            compute.precision(),
            1,
            false);
    EvaluateJob.Request request =
        new EvaluateJob.Request(
            checkpoint.toString(),
            wanted.orElseThrow().files(),
            Optional.empty(),
            TrainingScores.folder(run.folder().path, steps).toString(),
            false,
            wanted.get().limit(),
            0,
            true,
            MatchingRule.PUBLISHED_2024,
            options);
    try {
      EvaluateJob.Result result = EvaluateJob.run(request, slots, run.spark());
      if (result.scores().failed() > 0) {
        warn(round, result.scores().failed() + " files have no scores; the report says why");
      }
    } catch (RuntimeException | Error e) {
      if (!Thread.currentThread().isInterrupted()) {
        warn(round, Failures.of(e).message());
      }
    }
  }

  private void warn(int round, String why) {
    run.events().alarm(round, "warning: the benchmark after round " + round + ": " + why);
  }

  /** Rounds whose checkpoints are being asked, or wait for it, and must stay until then. */
  Set<Integer> rounds() {
    asked.values().removeIf(Future::isDone);
    return Set.copyOf(asked.keySet());
  }

  /** Whether some are being asked, or wait for it. */
  boolean asks() {
    return !rounds().isEmpty();
  }

  /** Waits until all are asked or the run is to stop. */
  void finish(StopSignal stop) {
    while (!stop.isRequested() && asks()) {
      try {
        Thread.sleep(POLL_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EnvironmentException("Stopped while a benchmark was asked", e);
      }
    }
  }

  /** Warns of what was asked and has no scores after all, such as of a deleted checkpoint. */
  void warnOfUnscored(int round) throws IOException {
    RunFolder folder = run.folder();
    for (Path one : TrainingScores.unscored(folder.files, folder.path)) {
      run.events()
          .alarm(
              round,
              "warning: %s has no scores: not all questions were answered (evaluate its checkpoint if it is kept)"
                  .formatted(one));
    }
  }

  /** Breaks off what is being asked; answers are kept, and {@code --resume} goes on. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
