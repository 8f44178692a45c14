package parrot.jobs.sweep;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.PublishedScore;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.jobs.evaluate.BenchmarkFiles;
import parrot.jobs.evaluate.Cell;
import parrot.jobs.evaluate.EvaluateJob;
import parrot.jobs.evaluate.Leaderboard;
import parrot.model.ModelException;

/**
 * Evaluates one model after another, each in its own folder, so that an executor loads each once.
 * What is wrong with a model does not lose the others. A sweep that was broken off goes on as its
 * evaluations do: nothing is asked again.
 */
final class SweepJob {
  private final SweepConfig config;
  private final boolean overwrite;
  private final JavaSparkContext spark;
  private final Configuration hadoop;
  private final PrintWriter console;

  private SweepJob(
      SweepConfig config, boolean overwrite, JavaSparkContext spark, PrintWriter console) {
    this.config = config;
    this.overwrite = overwrite;
    this.spark = spark;
    this.hadoop = spark.hadoopConfiguration();
    this.console = console;
  }

  /**
   * Runs to the end, whatever becomes of single models.
   *
   * @param overwrite whether stale predictions are replaced
   * @throws DataException if there are no benchmark files
   */
  static SweepOutcome run(
      SweepConfig config, boolean overwrite, JavaSparkContext spark, PrintWriter console) {
    try {
      return new SweepJob(config, overwrite, spark, console).run();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write to %s: %s".formatted(config.out(), e.getMessage()), e);
    }
  }

  /**
   * The benchmark files in the languages that are asked for.
   *
   * @throws DataException if there are none
   */
  static Map<BenchmarkName, Path> files(SweepConfig config, Configuration hadoop) {
    Map<BenchmarkName, Path> files =
        new LinkedHashMap<>(
            BenchmarkFiles.find(config.benchmarks(), config.fileLanguage(), hadoop));
    if (!config.languages().isEmpty()) {
      files.keySet().removeIf(name -> !config.languages().contains(name.language()));
    }
    if (files.isEmpty()) {
      throw new DataException(
          "Cannot evaluate: %s have no files in %s"
              .formatted(config.benchmarks(), config.languages()));
    }
    return files;
  }

  private SweepOutcome run() throws IOException {
    Map<BenchmarkName, Path> files = files(config, hadoop);
    List<Column> columns = Column.of(config, hadoop);
    Path out = FileSystems.qualified(config.out(), hadoop);
    FileSystem outFiles = FileSystems.of(out, hadoop);
    List<PublishedScore> published =
        config
            .published()
            .map(file -> PublishedScore.read(FileSystems.of(file, hadoop), new Path(file)))
            .orElse(List.of());
    SweepManifest manifest = SweepManifest.of(config, columns, files, hadoop);
    try (FolderLock lock = FolderLock.take(outFiles, out)) {
      SweepExamples examples = new SweepExamples(files, config.matching(), columns.size());
      SweepOutcome outcome = evaluate(columns, files, out, examples);
      lock.requireHeld();
      manifest.write(outFiles, out);
      Leaderboard board = outcome.leaderboard();
      if (!board.addPublished(published) && !published.isEmpty()) {
        console.println(
            "published scores are not shown: none has benchmark and metric of this sweep");
      }
      for (String name : List.of("leaderboard.csv", "leaderboard.md")) {
        FileSystems.writeText(outFiles, new Path(out, name), Leaderboard.format(name).apply(board));
      }
      FileSystems.writeText(
          outFiles, new Path(out, SweepPage.FILE_NAME), page(outcome, manifest, examples));
      return outcome;
    }
  }

  private String page(SweepOutcome outcome, SweepManifest manifest, SweepExamples examples) {
    List<String> models = outcome.columns().stream().map(one -> one.column().label()).toList();
    return SweepPage.render(
        outcome,
        manifest,
        config.baseline(),
        new ExampleBrowser(models, examples.all(), examples.images(hadoop)));
  }

  private SweepOutcome evaluate(
      List<Column> columns, Map<BenchmarkName, Path> files, Path out, SweepExamples examples) {
    Map<Column, SweepOutcome.Evaluated> evaluated = new HashMap<>();
    Map<String, List<Cell>> baselines = new HashMap<>();
    for (Column column : baselineFirst(columns)) {
      console.printf("%s (%d of %d)%n", column.label(), evaluated.size() + 1, columns.size());
      console.flush();
      Path folder = new Path(out, column.folder());
      try {
        EvaluateJob.Result result =
            EvaluateJob.run(request(column, List.copyOf(files.values()), folder), spark);
        examples.add(columns.indexOf(column), result.cells());
        boolean baseline = column.model().equals(config.baseline());
        if (baseline) {
          baselines.putIfAbsent(column.setting(), result.cells());
        }
        evaluated.put(
            column,
            SweepOutcome.Evaluated.of(
                column,
                result,
                Optional.ofNullable(baselines.get(column.setting()))
                    .filter(cells -> cells != result.cells()),
                config));
      } catch (DataException | ModelException e) {
        evaluated.put(
            column, SweepOutcome.Evaluated.failed(column, e.getMessage(), files.keySet()));
      }
    }
    return new SweepOutcome(columns.stream().map(evaluated::get).toList());
  }

  /** The others are compared with the baseline's last checkpoint as soon as they are there. */
  private List<Column> baselineFirst(List<Column> columns) {
    List<Column> ordered = new ArrayList<>(columns);
    Comparator<Column> baseline =
        Comparator.comparing(column -> !column.model().equals(config.baseline()));
    ordered.sort(
        baseline.thenComparing(
            column -> column.model().equals(config.baseline()) ? -column.step().orElse(0) : 0));
    return ordered;
  }

  private EvaluateJob.Request request(Column column, List<Path> files, Path folder) {
    SweepConfig.Setting setting =
        config.settings().stream()
            .filter(one -> config.settings().size() == 1 || one.name().equals(column.setting()))
            .findFirst()
            .orElseThrow();
    return new EvaluateJob.Request(
        column.path(),
        files.stream().map(Path::toString).toList(),
        config.fileLanguage(),
        folder.toString(),
        config.circular(),
        config.limit(),
        0,
        overwrite,
        config.matching(),
        setting.options());
  }
}
