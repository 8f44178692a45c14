package parrot.jobs.evaluate;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import parrot.datasets.benchmark.Grouping;
import parrot.datasets.benchmark.Metric;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Failure;
import parrot.jobs.evaluate.EvaluationScores.Interval;
import parrot.jobs.evaluate.EvaluationScores.Line;
import parrot.jobs.evaluate.EvaluationScores.Unanswered;

/** Scores as tables for a terminal. */
final class ScoreTable {
  private ScoreTable() {}

  /** Every metric by language, then the published metric by category, l2-category and split. */
  static void print(PrintWriter out, Benchmark benchmark) {
    Set<String> metrics = new LinkedHashSet<>();
    metrics.add(benchmark.metric());
    benchmark.lines().forEach(line -> metrics.add(line.metric()));
    if (benchmark.lines().isEmpty() && benchmark.failures().isEmpty()) {
      out.printf("%n%s%n", benchmark.benchmark());
      metrics.clear();
      notes(out, benchmark);
    }
    for (String metric : metrics) {
      boolean published = metric.equals(benchmark.metric());
      out.printf("%n%s, %s%s%n", benchmark.benchmark(), metric, published ? " (default)" : "");
      byLanguage(out, benchmark, metric, published);
      if (published && !Metric.publishedFor(benchmark.benchmark()).label().equals(metric)) {
        notAsPublished(out, benchmark, metric);
      }
    }
    for (Grouping grouping : List.of(Grouping.CATEGORY, Grouping.L2_CATEGORY, Grouping.SPLIT)) {
      byGroup(out, benchmark, grouping);
    }
  }

  /** Said where rotations are missing, or were asked for though they are not usual. */
  private static void notAsPublished(PrintWriter out, Benchmark benchmark, String metric) {
    String usual = Metric.publishedFor(benchmark.benchmark()).label();
    out.printf(
        "  %s is published %s, this is %s%s: not comparable with published results%n",
        benchmark.benchmark(),
        usual,
        metric,
        metric.equals(Metric.PLAIN.label()) ? " as the predictions have no rotations" : "");
  }

  private static void byLanguage(
      PrintWriter out, Benchmark benchmark, String metric, boolean withFailures) {
    out.println(
        "  language      n  accuracy   95 % interval  chance  unparsable  refused  missing");
    for (Line line : benchmark.lines(metric, Grouping.OVERALL)) {
      out.printf(
          Locale.ROOT,
          "  %-8s %6d   %5.1f %%  %5.1f to %5.1f %%  %4.1f %%  %10d  %7d  %7d%n",
          line.language(),
          line.n(),
          100 * line.accuracy(),
          100 * line.low(),
          100 * line.high(),
          100 * line.chance(),
          line.unparsable(),
          line.refused(),
          line.missing());
    }
    if (withFailures) {
      notes(out, benchmark);
    }
    Double average = benchmark.macroAverage().get(metric);
    if (average != null) {
      Interval interval = benchmark.macroIntervals().get(metric);
      out.printf(
          Locale.ROOT,
          "  macro average   %5.1f %%  %5.1f to %5.1f %%  (mean of the languages, %d clusters%s)%n",
          100 * average,
          100 * interval.low(),
          100 * interval.high(),
          interval.clusters(),
          caveat(benchmark, metric));
    }
    if (withFailures) {
      benchmark.figures().forEach((language, figures) -> figures(out, language, figures));
    }
  }

  /** Shares in percent; what is a sum of them, in points. */
  private static void figures(PrintWriter out, String language, Map<String, Double> figures) {
    List<String> shown = new ArrayList<>();
    figures.forEach(
        (name, value) ->
            shown.add(
                String.format(
                    Locale.ROOT,
                    name.startsWith("mme") ? "%s %.1f" : "%s %.1f %%",
                    name,
                    name.startsWith("mme") ? value : 100 * value)));
    out.printf("  %-8s %s%n", language, String.join(", ", shown));
  }

  private static String caveat(Benchmark benchmark, String metric) {
    if (!benchmark.failures().isEmpty()) {
      return ", failed languages left out: not comparable";
    }
    List<Line> lines = benchmark.lines(metric, Grouping.OVERALL);
    boolean equal = lines.stream().mapToInt(Line::n).distinct().count() <= 1;
    return equal ? "" : ", not of the same questions: not comparable";
  }

  /** What has no score, and what counts as wrong in one because it could not be asked. */
  private static void notes(PrintWriter out, Benchmark benchmark) {
    for (Failure failure : benchmark.failures()) {
      out.printf("  %-8s failed: %s%n", failure.language(), failure.problem());
    }
    for (String language : benchmark.unscored()) {
      out.printf(
          "  %-8s not scored: the benchmark tells no answers; submit its predictions%n", language);
    }
    Map<String, List<Unanswered>> unanswered = new LinkedHashMap<>();
    benchmark
        .unanswered()
        .forEach(
            one -> unanswered.computeIfAbsent(one.language(), tag -> new ArrayList<>()).add(one));
    unanswered.forEach(
        (language, all) ->
            out.printf(
                "  %-8s %d could not be asked; the first is question %d: %s%n",
                language, all.size(), all.get(0).index(), all.get(0).problem()));
  }

  private static void byGroup(PrintWriter out, Benchmark benchmark, Grouping grouping) {
    Map<String, Map<String, Line>> groups = new LinkedHashMap<>();
    Set<String> languages = new LinkedHashSet<>();
    for (Line line : benchmark.lines(benchmark.metric(), grouping)) {
      languages.add(line.language());
      groups.computeIfAbsent(line.group(), g -> new LinkedHashMap<>()).put(line.language(), line);
    }
    if (groups.size() < 2) {
      return; // it would repeat the table above
    }
    int width = groups.keySet().stream().mapToInt(String::length).max().orElse(0);
    List<String> header = new ArrayList<>();
    languages.forEach(language -> header.add("%14s".formatted(language)));
    out.printf(
        "%n%s, %s, by %s: accuracy (n)%n",
        benchmark.benchmark(), benchmark.metric(), grouping.column());
    out.println("  " + " ".repeat(width) + String.join("", header));
    groups.forEach(
        (group, lines) -> {
          StringBuilder row = new StringBuilder("  ").append(group);
          row.append(" ".repeat(width - group.length()));
          for (String language : languages) {
            Line line = lines.get(language);
            String cell =
                line == null
                    ? "-"
                    : String.format(Locale.ROOT, "%.1f (%d)", 100 * line.accuracy(), line.n());
            row.append("%14s".formatted(cell));
          }
          out.println(row);
        });
  }
}
