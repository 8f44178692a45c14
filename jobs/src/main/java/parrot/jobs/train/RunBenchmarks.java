package parrot.jobs.train;

import java.io.IOException;
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
import parrot.datasets.EnvironmentException;
import parrot.datasets.benchmark.MatchingRule;
import parrot.jobs.checkpoint.Checkpoints;
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
   * Goes on with a checkpoint that was to be asked when the run was broken off.
   *
   * @param free slots beside those of replicas; 0 to wait until it is asked
   */
  void goOn(Path checkpoint, int steps, boolean isLast, int free, StopSignal stop)
      throws IOException {
    RunFolder folder = run.folder();
    boolean due =
        isDue(steps - run.config().rounds().averageEvery(), steps, isLast)
            || wanted.isPresent() && folder.files.exists(TrainingScores.folder(folder.path, steps));
    if (steps > 0 && due && !TrainingScores.areThere(folder.files, folder.path, steps)) {
      int slots = isLast ? 0 : free;
      begin(checkpoint, steps, slots);
      if (slots == 0) {
        finish(stop);
      }
    }
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
