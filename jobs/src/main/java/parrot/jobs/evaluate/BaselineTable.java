package parrot.jobs.evaluate;

import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import parrot.datasets.benchmark.Grouping;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Line;

/** Accuracies beside those about images that say nothing: what is left was seen. */
final class BaselineTable {
  private BaselineTable() {}

  /**
   * @param beside scores of the same questions, by what the model saw; nothing is printed without
   */
  static void print(
      PrintWriter out, EvaluationScores scores, Map<String, EvaluationScores> beside) {
    if (beside.isEmpty()) {
      return;
    }
    for (Benchmark benchmark : scores.benchmarks()) {
      out.printf("%n%s, %s, by what the model saw%n", benchmark.benchmark(), benchmark.metric());
      Set<String> columns = new LinkedHashSet<>(beside.keySet());
      out.printf("  %-8s %9s", "language", "image");
      columns.forEach(column -> out.printf(" %9s", column));
      out.printf(" %9s%n", "chance");
      for (Line line : benchmark.lines(benchmark.metric(), Grouping.OVERALL)) {
        out.printf(Locale.ROOT, "  %-8s %7.1f %%", line.language(), 100 * line.accuracy());
        for (String column : columns) {
          out.printf(" %9s", accuracy(beside.get(column), benchmark, line));
        }
        out.printf(Locale.ROOT, " %7.1f %%%n", 100 * line.chance());
      }
    }
    out.flush();
  }

  private static String accuracy(EvaluationScores scores, Benchmark benchmark, Line line) {
    Optional<Line> same =
        scores.benchmarks().stream()
            .filter(one -> one.benchmark().equals(benchmark.benchmark()))
            .flatMap(one -> one.lines(benchmark.metric(), Grouping.OVERALL).stream())
            .filter(one -> one.language().equals(line.language()))
            .findFirst();
    return same.map(one -> String.format(Locale.ROOT, "%.1f %%", 100 * one.accuracy()))
        .orElse("failed");
  }
}
