package parrot.jobs.evaluate;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.benchmark.PublishedScore;
import parrot.datasets.benchmark.QuestionRows;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.failure.FailedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot score}. */
@Command(
    name = "score",
    header = "Score predictions again, without a model.",
    description = {
      "MMBench is scored circularly by default, every other benchmark plainly; the tables show both"
          + " if the rotations were asked."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot score scores/instruct --compare scores/align",
      "  ./parrot score scores/instruct --leaderboard board.md --published others.tsv",
      "  ./parrot score scores/instruct --gate scores/last-release",
      "  ./parrot score Parrot_MMMB_en.xlsx --benchmark MMMB/MMMB_en.tsv",
      "  ./parrot score scores/instruct --xlsx for-vlmevalkit"
    })
public final class ScoreCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Prediction files such as MMMB_en.tsv, MMMB_en.jsonl or VLMEvalKit's Model_MMMB_en.xlsx, or the folder"
              + " that parrot evaluate wrote.")
  private List<String> predictions;

  @Option(
      names = "--benchmark",
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Benchmark files with the questions and their answers: those without a prediction count"
              + " as missing (default: only questions with a prediction count, by the answers beside"
              + " them).")
  private List<String> benchmarks = List.of();

  @Option(
      names = "--compare",
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Predictions of another model on the same questions: prints how much better the first"
              + " ones are, with a paired 95 %% interval.")
  private List<String> others = List.of();

  @Option(
      names = "--gate",
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Predictions of a baseline on the same questions: ends with exit code 1 if the first ones"
              + " are worse in any language or in all together, so that the 95 %% interval of the"
              + " difference lies below 0 and p is below 0.05.")
  private List<String> baseline = List.of();

  @Option(
      names = "--circular",
      description = "Take the circular score as the one that counts, for every benchmark.")
  private boolean circular;

  @Mixin private FileLanguageOption fileLanguage;

  @Mixin private MatchingOption matching;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the scores to a JSON file.")
  private String json;

  private final Configuration configuration = new Configuration();

  @Option(
      names = "--leaderboard",
      paramLabel = "FILE",
      description =
          "Write a table of the models, called as their folders, with those of --compare: .csv or"
              + " .md.")
  private String leaderboard;

  @Option(
      names = "--published",
      paramLabel = "FILE",
      description =
          "Scores that others have published, shown in the leaderboard and marked: a table (.tsv,"
              + " .xlsx or .jsonl) with the columns model, benchmark, metric, language (or mean),"
              + " percent and source.")
  private String published;

  @Option(
      names = "--lines",
      paramLabel = "DIR",
      description =
          "Also write the predictions as JSON lines, a file for each: with the option that each"
              + " counts as, the rule and the reason.")
  private String lines;

  @Option(
      names = "--xlsx",
      paramLabel = "DIR",
      description =
          "Also write the predictions as spreadsheets, a file for each, as VLMEvalKit does.")
  private String spreadsheets;

  @Override
  public Void call() throws IOException {
    if (published != null && leaderboard == null) {
      throw Arguments.refuse(
          spec, "Invalid --published: it is shown in a leaderboard (also give --leaderboard)");
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<Function<Leaderboard, String>> format =
        Optional.ofNullable(leaderboard).map(Leaderboard::format);
    List<Cell> cells = read(predictions);
    MatchingRule rule = matching.rule();
    String label =
        rule.fitting(cells.stream().flatMap(cell -> cell.predictions().stream()).toList()).label();
    EvaluationScores scores =
        new EvaluationScores(
            "", "", "", false, label, rule.label(), EvaluationScores.of(cells, circular, rule));
    scores.benchmarks().forEach(benchmark -> ScoreTable.print(out, benchmark));
    if (benchmarks.isEmpty()) {
      cells.forEach(cell -> printGaps(cell, out));
    }
    if (json != null) {
      scores.write(FileSystems.of(json, configuration), new Path(json));
    }
    Leaderboard models = new Leaderboard();
    models.add(modelName(predictions), scores.benchmarks());
    if (!others.isEmpty()) {
      List<Cell> compared = read(others);
      compare(cells, compared, "the others");
      models.add(modelName(others), EvaluationScores.of(compared, circular, matching.rule()));
    }
    if (lines != null) {
      writeEach(
          cells,
          lines,
          ".jsonl",
          (files, file, cell) ->
              PredictionFile.writeLines(
                  files, file, cell.predictions(), rule, cell.name().language()));
    }
    if (spreadsheets != null) {
      writeEach(
          cells,
          spreadsheets,
          ".xlsx",
          (files, file, cell) -> PredictionFile.writeSpreadsheet(files, file, cell.predictions()));
    }
    if (format.isPresent()) {
      if (published != null) {
        addPublished(models);
      }
      FileSystems.writeText(
          FileSystems.of(leaderboard, configuration),
          new Path(leaderboard),
          format.get().apply(models));
    }
    if (!baseline.isEmpty()) {
      requireNotWorse(cells, read(baseline));
    }
    scores.requireComplete();
    return null;
  }

  private void addPublished(Leaderboard models) {
    FileSystem files = FileSystems.of(published, configuration);
    if (!models.addPublished(PublishedScore.read(files, new Path(published)))) {
      throw new DataException(
          "Cannot show the scores of %s: none has benchmark and metric of the predictions (expected names such as MMMB and plain)"
              .formatted(published));
    }
  }

  @FunctionalInterface
  private interface Writer {
    void write(FileSystem files, Path file, Cell cell);
  }

  private void writeEach(List<Cell> cells, String folder, String extension, Writer writer) {
    FileSystem files = FileSystems.of(folder, configuration);
    for (Cell cell : cells) {
      if (!cell.failed()) {
        writer.write(files, new Path(folder, cell.name() + extension), cell);
      }
    }
  }

  /** The folder's or file's name; all of its path if the other model's has the same name. */
  private String modelName(List<String> files) {
    boolean alike =
        !others.isEmpty()
            && new Path(predictions.get(0)).getName().equals(new Path(others.get(0)).getName());
    return alike ? files.get(0) : new Path(files.get(0)).getName();
  }

  private List<Cell> read(List<String> files) {
    return PredictionFiles.read(files, benchmarks, fileLanguage.language(), configuration);
  }

  /** Prints how much better the cells are than others, which are called so. */
  private List<Difference> compare(List<Cell> cells, List<Cell> compared, String called) {
    PrintWriter out = spec.commandLine().getOut();
    List<Difference> differences =
        PredictionFiles.compare(
            PredictionFiles.byName(cells),
            PredictionFiles.byName(compared),
            circular,
            matching.rule());
    DifferenceTable.print(out, differences, called);
    printOnlyIn("the first predictions", cells, compared, out);
    printOnlyIn(called, compared, cells, out);
    requireRead(compared);
    return differences;
  }

  private void requireNotWorse(List<Cell> cells, List<Cell> compared) {
    List<BenchmarkName> missing = new ArrayList<>(compared.stream().map(Cell::name).toList());
    missing.removeAll(cells.stream().map(Cell::name).toList());
    if (!missing.isEmpty()) {
      throw new DataException(
          "Cannot hold against the baseline: it has %s, the predictions have not (evaluate the model on all of the baseline's files)"
              .formatted(missing));
    }
    List<String> worse =
        compare(cells, compared, "the baseline").stream()
            .filter(one -> one.verdict() == Difference.Verdict.WORSE)
            .map(
                one ->
                    String.format(
                        Locale.ROOT,
                        "%s in %s by %.1f points (95 %% interval %.1f to %.1f)",
                        one.benchmark(),
                        one.language(),
                        -100 * one.comparison().difference(),
                        -100 * one.comparison().high(),
                        -100 * one.comparison().low()))
            .toList();
    if (!worse.isEmpty()) {
      throw new FailedException("Worse than the baseline: " + String.join("; ", worse));
    }
  }

  /** Without the benchmark a dropped row shows only as a gap among indexes that have few. */
  private static void printGaps(Cell cell, PrintWriter out) {
    LongSummaryStatistics indexes =
        cell.predictions().stream()
            .mapToLong(one -> one.item().index())
            .filter(index -> index < QuestionRows.ROTATION)
            .summaryStatistics();
    long gaps = indexes.getMax() - indexes.getMin() + 1 - indexes.getCount();
    if (indexes.getCount() > 0 && gaps > 0 && gaps <= indexes.getCount() / 10) {
      out.printf(
          "%n%s: %d indexes from %d to %d have no prediction (pass --benchmark to count what is missing)%n",
          cell.name(), gaps, indexes.getMin(), indexes.getMax());
    }
  }

  private static void printOnlyIn(
      String where, List<Cell> cells, List<Cell> others, PrintWriter out) {
    Set<BenchmarkName> names = PredictionFiles.byName(others).keySet();
    for (BenchmarkName name : PredictionFiles.byName(cells).keySet()) {
      if (!names.contains(name)) {
        out.printf("  %s is not compared: it is only among %s%n", name, where);
      }
    }
  }

  private static void requireRead(List<Cell> cells) {
    for (Cell cell : cells) {
      if (cell.failed()) {
        throw new DataException(
            "Cannot compare with %s: %s".formatted(cell.name(), cell.problem().orElseThrow()));
      }
    }
  }
}
