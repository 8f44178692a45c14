package parrot.jobs.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.datasets.storage.InputGuard;
import parrot.datasets.storage.LockLostException;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.failure.FailedException;
import parrot.jobs.spark.Preflight;
import parrot.model.ModelException;
import parrot.model.weights.ModelFolder;

/**
 * Asks one model the questions of benchmark files and scores its answers. A file that cannot be
 * read or asked does not lose the others, and a question that cannot be asked keeps its reason.
 * Answers are kept as they come, by all that decides them, and are not asked for again: that is how
 * an evaluation that was broken off goes on, and how a corrected answer key is scored.
 */
public final class EvaluateJob {
  /**
   * What to do.
   *
   * @param model folder of the model, or of a training run, whose newest checkpoint it is then
   * @param benchmarks TSV files, and folders of them
   * @param language of files whose name tells none
   * @param out folder for predictions and scores
   * @param circular whether every benchmark is asked and scored circularly, and not only those that
   *     are published so
   * @param limit questions of each file to ask, the first ones; 0 for all
   * @param partitions tasks for each benchmark; 0 to decide by its size
   * @param overwrite whether stale predictions are replaced
   * @param matching by which answers count as options
   */
  public record Request(
      String model,
      List<String> benchmarks,
      Optional<Language> language,
      String out,
      boolean circular,
      int limit,
      int partitions,
      boolean overwrite,
      MatchingRule matching,
      AnsweringOptions options) {
    public Request {
      benchmarks = List.copyOf(benchmarks);
      Objects.requireNonNull(options, "options");
      if (limit < 0) {
        throw new IllegalArgumentException(
            "Invalid limit: " + limit + " (must be at least 1, or 0 for all questions)");
      }
    }

    /** What scores call the rule; answers in words, as to yes/no questions, count by it anyway. */
    String matchingLabel() {
      return (options.scoring() == Scoring.ANSWERS ? matching : matching.ofLikelihoods()).label();
    }

    /** The same, asked in another way and kept elsewhere. */
    Request with(String out, AnsweringOptions options) {
      return new Request(
          model,
          benchmarks,
          language,
          out,
          circular,
          limit,
          partitions,
          overwrite,
          matching,
          options);
    }

    /** Everything with defaults. */
    public static Request of(
        String model, List<String> benchmarks, String out, AnsweringOptions options) {
      return new Request(
          model,
          benchmarks,
          Optional.empty(),
          out,
          false,
          0,
          0,
          false,
          MatchingRule.PUBLISHED_2024,
          options);
    }
  }

  /** What came of it: the scores as they were written, and the answers. */
  public record Result(EvaluationScores scores, List<Cell> cells) {}

  private final Request request;
  private final int slots;
  private final JavaSparkContext spark;
  private final Configuration configuration;

  private EvaluateJob(Request request, int slots, JavaSparkContext spark) {
    this.request = request;
    this.slots = slots;
    this.spark = spark;
    this.configuration = spark.hadoopConfiguration();
  }

  /**
   * Runs to the end, whatever becomes of single files.
   *
   * @throws DataException if nothing can be evaluated: no files, or an output folder that is a file
   * @throws ModelException if the model cannot be opened
   */
  public static Result run(Request request, JavaSparkContext spark) {
    return run(request, 0, spark);
  }

  /**
   * The same beside other work.
   *
   * @param slots tasks to run at a time, at most; 0 for all there are
   */
  public static Result run(Request request, int slots, JavaSparkContext spark) {
    try {
      return new EvaluateJob(request, slots, spark).run();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write to %s: %s".formatted(request.out(), e.getMessage()), e);
    } finally {
      AnsweringModel.closeIdle();
    }
  }

  private Result run() throws IOException {
    Path modelFolder = Checkpoints.resolveModel(FileSystems.path(request.model()), configuration);
    Map<BenchmarkName, Path> files =
        BenchmarkFiles.find(request.benchmarks(), request.language(), configuration);
    Path out = FileSystems.qualified(request.out(), configuration);
    FileSystem outFiles = FileSystems.of(out, configuration);
    if (outFiles.exists(out) && outFiles.getFileStatus(out).isFile()) {
      throw new DataException("Cannot write to %s: it is a file (choose a folder)".formatted(out));
    }
    if (request.overwrite()) {
      List<Path> inputs = new ArrayList<>(files.values());
      inputs.add(modelFolder);
      for (BenchmarkName name : files.keySet()) {
        InputGuard.requireOutside(new Path(out, name.toString()), inputs, configuration);
      }
    }
    Preflight.writable(out, configuration);
    // Opened here as well, so that what is wrong with it is said before any task starts.
    AnsweringModel.open(modelFolder, request.options(), configuration).close();
    String fingerprint;
    try (ModelFolder model = ModelFolder.open(modelFolder, configuration)) {
      fingerprint = ModelFingerprint.of(model, configuration);
    }
    int cores = spark.getConf().getInt("spark.task.cpus", 1);
    Asker asker = new Asker(spark, modelFolder, fingerprint, request.options().withThreads(cores));
    try (FolderLock lock = FolderLock.take(outFiles, out)) {
      return askAndScore(files, asker, fingerprint, out, lock);
    }
  }

  private Result askAndScore(
      Map<BenchmarkName, Path> files, Asker asker, String fingerprint, Path out, FolderLock lock)
      throws IOException {
    FileSystem outFiles = FileSystems.of(out, configuration);
    PredictionStore store = new PredictionStore(outFiles, out, request.overwrite(), lock);
    Map<String, Map<BenchmarkName, Path>> benchmarks = new LinkedHashMap<>();
    files.forEach(
        (name, file) ->
            benchmarks
                .computeIfAbsent(name.benchmark(), benchmark -> new LinkedHashMap<>())
                .put(name, file));
    List<Cell> cells = new ArrayList<>();
    for (Map.Entry<String, Map<BenchmarkName, Path>> one : benchmarks.entrySet()) {
      cells.addAll(evaluate(one.getKey(), one.getValue(), fingerprint, asker, store));
    }
    EvaluationScores scores =
        new EvaluationScores(
            request.model(),
            fingerprint,
            request.options().key(),
            request.options().blank(),
            request.matchingLabel(),
            request.matching().label(),
            EvaluationScores.of(cells, request.circular(), request.matching()));
    lock.requireHeld();
    if (!outFiles.mkdirs(out)) {
      throw new IOException("Cannot write scores: " + out + " could not be made");
    }
    Path partial = new Path(out, "." + EvaluationScores.FILE_NAME + ".partial");
    scores.write(outFiles, partial);
    FileSystems.replace(outFiles, partial, new Path(out, EvaluationScores.FILE_NAME));
    return new Result(scores, List.copyOf(cells));
  }

  /** The files of a benchmark are asked together: its languages share their images. */
  private List<Cell> evaluate(
      String benchmark,
      Map<BenchmarkName, Path> files,
      String fingerprint,
      Asker asker,
      PredictionStore store)
      throws IOException {
    Map<BenchmarkName, Cell> cells = new HashMap<>();
    List<BenchmarkAsking> asked = new ArrayList<>();
    try {
      for (Map.Entry<BenchmarkName, Path> file : files.entrySet()) {
        BenchmarkName name = file.getKey();
        problem(
                () ->
                    asked.add(
                        BenchmarkAsking.open(
                            name, file.getValue(), fingerprint, request, store, configuration)))
            .ifPresent(reason -> cells.put(name, Cell.failed(name, reason)));
      }
      Optional<String> interruption = problem(() -> ask(benchmark, asked, asker));
      for (BenchmarkAsking one : asked) {
        interruption
            .filter(reason -> !one.open().isEmpty())
            .or(() -> problem(() -> cells.put(one.name(), one.finish())))
            .ifPresent(reason -> cells.put(one.name(), Cell.failed(one.name(), reason)));
      }
    } finally {
      for (BenchmarkAsking one : asked) {
        one.close();
      }
    }
    return files.keySet().stream().map(cells::get).toList();
  }

  private void ask(String benchmark, List<BenchmarkAsking> asked, Asker asker) {
    Map<ByteBuffer, byte[]> images = new HashMap<>();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      for (Question question : asked.get(i).open()) {
        questions.add(question.ofFile(i).sharing(images));
      }
    }
    asker.ask(
        "evaluate " + benchmark,
        questions,
        asked.stream().map(one -> one.name().language()).toList(),
        request.partitions(),
        slots,
        answers ->
            answers.stream()
                .collect(Collectors.groupingBy(Question.Answer::file))
                .forEach((file, own) -> asked.get(file).keep(own)));
  }

  private interface Action {
    void run() throws IOException;
  }

  /** What is wrong with a file or its questions, if the other files may fare better. */
  private Optional<String> problem(Action action) {
    try {
      action.run();
      return Optional.empty();
    } catch (UsageException e) {
      throw e; // nothing is written where another evaluation lies
    } catch (DataException | ModelException e) {
      return Optional.of(e.getMessage());
    } catch (EnvironmentException | UncheckedIOException | FailedException | LockLostException e) {
      throw e; // the other files would fare no better
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write to %s: %s".formatted(request.out(), e.getMessage()), e);
    } catch (RuntimeException e) {
      return Optional.of("Its questions could not be asked: " + rootMessage(e));
    }
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    return root.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
  }
}
