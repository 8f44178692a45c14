package parrot.jobs.sweep;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.Prediction;
import parrot.jobs.evaluate.Cell;
import parrot.jobs.evaluate.Difference;
import parrot.jobs.evaluate.EvaluateJob;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.evaluate.Leaderboard;
import parrot.jobs.evaluate.PredictionFiles;

/** What came of a sweep, column by column. */
record SweepOutcome(List<Evaluated> columns) {

  /**
   * What came of a column.
   *
   * @param scores empty if the model could not be evaluated at all
   * @param problem why it could not
   * @param files benchmark files that it was to be asked
   * @param differences from the baseline, by benchmark and language
   * @param incomparable benchmarks that cannot be compared, and why
   */
  record Evaluated(
      Column column,
      Optional<EvaluationScores> scores,
      Optional<String> problem,
      int files,
      List<Difference> differences,
      Map<String, String> incomparable) {

    static Evaluated failed(Column column, String problem, Collection<BenchmarkName> files) {
      return new Evaluated(
          column, Optional.empty(), Optional.of(problem), files.size(), List.of(), Map.of());
    }

    static Evaluated of(
        Column column,
        EvaluateJob.Result result,
        Optional<List<Cell>> baseline,
        SweepConfig config) {
      List<Difference> differences = new ArrayList<>();
      Map<String, String> incomparable = new LinkedHashMap<>();
      if (baseline.isPresent()) {
        Map<BenchmarkName, List<Prediction>> theirs = Cell.scorable(baseline.get());
        Map<BenchmarkName, List<Prediction>> own = Cell.scorable(result.cells());
        Set<String> common = new LinkedHashSet<>();
        own.keySet().stream()
            .filter(theirs::containsKey)
            .forEach(name -> common.add(name.benchmark()));
        for (String benchmark : common) {
          try {
            differences.addAll(
                PredictionFiles.compare(
                    of(benchmark, own),
                    of(benchmark, theirs),
                    config.circular(),
                    config.matching()));
          } catch (DataException e) {
            incomparable.put(benchmark, e.getMessage());
          }
        }
      }
      return new Evaluated(
          column,
          Optional.of(result.scores()),
          Optional.empty(),
          result.cells().size(),
          List.copyOf(differences),
          incomparable);
    }

    private static Map<BenchmarkName, List<Prediction>> of(
        String benchmark, Map<BenchmarkName, List<Prediction>> all) {
      Map<BenchmarkName, List<Prediction>> own = new LinkedHashMap<>(all);
      own.keySet().removeIf(name -> !name.benchmark().equals(benchmark));
      return own;
    }
  }

  /** The accuracies of all columns. */
  Leaderboard leaderboard() {
    Leaderboard board = new Leaderboard();
    for (Evaluated one : columns) {
      one.scores().ifPresent(scores -> board.add(one.column().label(), scores.benchmarks()));
    }
    return board;
  }

  /** A line for each model and benchmark. */
  void print(PrintWriter out) {
    String name =
        "  %%-%ds"
            .formatted(
                columns.stream().mapToInt(one -> one.column().label().length()).max().orElse(1));
    Set<String> benchmarks = new LinkedHashSet<>();
    columns.forEach(
        one ->
            one.scores()
                .ifPresent(
                    scores -> scores.benchmarks().forEach(b -> benchmarks.add(b.benchmark()))));
    for (String benchmark : benchmarks) {
      out.printf("%n%s: mean accuracy of the languages%n", benchmark);
      for (Evaluated one : columns) {
        one.scores().stream()
            .flatMap(scores -> scores.benchmarks().stream())
            .filter(own -> own.benchmark().equals(benchmark))
            .forEach(own -> out.printf(name + "  %s%n", one.column().label(), mean(own)));
      }
    }
    for (Evaluated one : columns) {
      one.problem()
          .ifPresent(problem -> out.printf("%n%s failed: %s%n", one.column().label(), problem));
    }
  }

  private static String mean(EvaluationScores.Benchmark benchmark) {
    Double mean = benchmark.macroAverage().get(benchmark.metric());
    StringBuilder text = new StringBuilder();
    if (mean == null) {
      text.append("no score");
    } else {
      EvaluationScores.Interval interval = benchmark.macroIntervals().get(benchmark.metric());
      text.append(
          String.format(
              Locale.ROOT,
              "%5.1f %%  (95 %% interval %.1f to %.1f, %s)",
              100 * mean,
              100 * interval.low(),
              100 * interval.high(),
              benchmark.metric()));
    }
    benchmark
        .failures()
        .forEach(
            failure ->
                text.append("; %s failed: %s".formatted(failure.language(), failure.problem())));
    if (!benchmark.unanswered().isEmpty()) {
      text.append("; %d questions could not be asked".formatted(benchmark.unanswered().size()));
    }
    return text.toString();
  }

  /**
   * @throws DataException if models, files or questions could not be evaluated, saying how many
   */
  void requireComplete() {
    EvaluationScores.requireComplete(
        columns.stream()
            .mapToInt(one -> one.scores().map(EvaluationScores::failed).orElse(one.files()))
            .sum(),
        columns.stream()
            .mapToInt(one -> one.scores().map(EvaluationScores::unasked).orElse(0))
            .sum());
  }
}
