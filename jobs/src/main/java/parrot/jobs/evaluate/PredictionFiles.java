package parrot.jobs.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.benchmark.QuestionRows;
import parrot.datasets.benchmark.Rotations;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;

/** Predictions that lie in files, scored and compared without a model. */
public final class PredictionFiles {
  private PredictionFiles() {}

  /**
   * Reads predictions: TSV or Excel files, or the folder of an evaluation. What is wrong with one
   * file does not lose the others.
   *
   * @param benchmarks files to take questions and answers from, so that unanswered ones are seen;
   *     empty to take those that were predicted
   * @param language of files whose name tells none
   */
  static List<Cell> read(
      List<String> arguments,
      List<String> benchmarks,
      Optional<Language> language,
      Configuration configuration) {
    Map<BenchmarkName, Path> questions = BenchmarkFiles.find(benchmarks, language, configuration);
    List<Cell> cells = new ArrayList<>();
    BenchmarkFiles.find(arguments, language, configuration)
        .forEach(
            (name, file) -> {
              try {
                cells.add(
                    benchmarks.isEmpty()
                        ? scorable(
                            name, PredictionFile.read(FileSystems.of(file, configuration), file))
                        : complete(name, file, questions, configuration));
              } catch (DataException e) {
                cells.add(Cell.failed(name, e.getMessage()));
              }
            });
    return cells;
  }

  private static Cell complete(
      BenchmarkName name,
      Path predicted,
      Map<BenchmarkName, Path> questions,
      Configuration configuration) {
    List<BenchmarkName> found =
        questions.keySet().stream().filter(one -> one.isEndOf(name)).toList();
    if (found.size() != 1) {
      throw new DataException(
          "Cannot score %s: no benchmark file of that name was given (expected %s)"
              .formatted(name, name.fileName()));
    }
    BenchmarkName benchmark = found.get(0);
    Path file = questions.get(benchmark);
    List<BenchmarkItem> items =
        BenchmarkFile.read(FileSystems.of(file, configuration), file, benchmark).items();
    List<Prediction> predictions =
        PredictionFile.read(FileSystems.of(predicted, configuration), predicted, items);
    boolean rotated = isRotated(predictions.stream().map(Prediction::item).toList());
    return scorable(
        name,
        PredictionFile.complete(
            rotated && !isRotated(items) ? Rotations.of(items) : items, predictions));
  }

  private static Cell scorable(BenchmarkName name, List<Prediction> predictions) {
    Cell cell = Cell.of(name, predictions, true);
    return cell.hasAnswers()
        ? cell
        : Cell.failed(
            name,
            "Cannot score %s: its questions have no answers (name a benchmark file that has them with --benchmark)"
                .formatted(name));
  }

  private static boolean isRotated(List<BenchmarkItem> items) {
    return QuestionRows.of(items).rotated();
  }

  /** Reads the predictions of an evaluation, without files that cannot be scored. */
  public static Map<BenchmarkName, List<Prediction>> read(
      String folder, Configuration configuration) {
    return byName(read(List.of(folder), List.of(), Optional.empty(), configuration));
  }

  static Map<BenchmarkName, List<Prediction>> byName(List<Cell> cells) {
    Map<BenchmarkName, List<Prediction>> predictions = new LinkedHashMap<>();
    cells.stream()
        .filter(cell -> !cell.failed())
        .forEach(cell -> predictions.put(cell.name(), cell.predictions()));
    return predictions;
  }

  /**
   * How much better one evaluation is than another: by benchmark and language, then all languages.
   *
   * @param circular whether the circular score counts for every benchmark
   * @throws DataException if they have no file in common, or not the same questions
   */
  public static List<Difference> compare(
      Map<BenchmarkName, List<Prediction>> predictions,
      Map<BenchmarkName, List<Prediction>> others,
      boolean circular,
      MatchingRule rule) {
    Map<String, Map<Language, List<Prediction>>> own = byBenchmark(predictions, others);
    Map<String, Map<Language, List<Prediction>>> other = byBenchmark(others, predictions);
    if (own.isEmpty()) {
      throw new DataException(
          "Cannot compare: the two have no benchmark file in common (got %s and %s)"
              .formatted(predictions.keySet(), others.keySet()));
    }
    List<Difference> differences = new ArrayList<>();
    own.forEach(
        (benchmark, languages) -> {
          Scores second = Scores.of(languages, rule);
          Scores first = Scores.of(other.get(benchmark), rule);
          boolean rotated = first.hasRotations() && second.hasRotations();
          if (circular && !rotated) {
            throw new DataException(
                "Cannot compare %s circularly: not both have rotations of the options (evaluate with --circular)"
                    .formatted(benchmark));
          }
          Metric usual = rotated ? Metric.publishedFor(benchmark) : Metric.PLAIN;
          Metric metric = circular ? Metric.CIRCULAR : usual;
          differences.addAll(Difference.of(benchmark, first, second, metric));
        });
    return differences;
  }

  private static Map<String, Map<Language, List<Prediction>>> byBenchmark(
      Map<BenchmarkName, List<Prediction>> predictions,
      Map<BenchmarkName, List<Prediction>> others) {
    Map<String, Map<Language, List<Prediction>>> grouped = new LinkedHashMap<>();
    predictions.forEach(
        (name, list) -> {
          if (others.containsKey(name)) {
            grouped
                .computeIfAbsent(name.benchmark(), benchmark -> new LinkedHashMap<>())
                .put(name.language(), list);
          }
        });
    return grouped;
  }
}
