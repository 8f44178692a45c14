package parrot.jobs.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.Grouping;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Interval;
import parrot.jobs.evaluate.EvaluationScores.Line;

/**
 * Several models' scores, each benchmark by the metric that its results are published by: as CSV
 * with a row for each model and language, shares from 0 to 1; or as Markdown with a table for each
 * benchmark and metric, in percent.
 */
public final class Leaderboard {
  private static final String MEAN = "mean";

  private record Row(String model, String questions, Benchmark benchmark) {
    List<Line> lines() {
      return benchmark.lines(benchmark.metric(), Grouping.OVERALL);
    }
  }

  private final List<Row> rows = new ArrayList<>();

  /** Adds a model's scores; benchmarks without any are left out. */
  public void add(String model, List<Benchmark> benchmarks) {
    for (Benchmark one : benchmarks) {
      if (!one.lines().isEmpty()) {
        rows.add(new Row(model, one.benchmark() + ", " + one.metric(), one));
      }
    }
  }

  /** How it is written, by the name of its file. */
  public static Function<Leaderboard, String> format(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return Leaderboard::csv;
    }
    if (name.endsWith(".md")) {
      return Leaderboard::markdown;
    }
    throw new UsageException("Invalid --leaderboard: %s (must end in .csv or .md)".formatted(file));
  }

  private String csv() {
    StringBuilder csv =
        new StringBuilder("model,benchmark,metric,language,n,clusters,chance,accuracy,low,high\n");
    for (Row row : rows) {
      String metric = row.benchmark().metric();
      String head =
          "%s,%s,%s".formatted(quoted(row.model()), quoted(row.benchmark().benchmark()), metric);
      for (Line line : row.lines()) {
        csv.append(
            "%s,%s,%d,,%s,%s,%s,%s\n"
                .formatted(
                    head,
                    line.language(),
                    line.n(),
                    line.chance(),
                    line.accuracy(),
                    line.low(),
                    line.high()));
      }
      Interval interval = row.benchmark().macroIntervals().get(metric);
      csv.append(
          "%s,%s,,%d,,%s,%s,%s\n"
              .formatted(
                  head,
                  MEAN,
                  interval.clusters(),
                  row.benchmark().macroAverage().get(metric),
                  interval.low(),
                  interval.high()));
    }
    return csv.toString();
  }

  private static String quoted(String text) {
    return text.matches("[^,\"\\s]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  private String markdown() {
    Map<String, List<Row>> tables = new LinkedHashMap<>();
    rows.forEach(row -> tables.computeIfAbsent(row.questions(), q -> new ArrayList<>()).add(row));
    StringBuilder text = new StringBuilder("Accuracy in percent, with 95 % intervals.\n");
    tables.forEach((questions, own) -> table(text, questions, own));
    return text.toString();
  }

  private static void table(StringBuilder text, String questions, List<Row> rows) {
    Set<String> languages = new LinkedHashSet<>();
    rows.forEach(row -> row.lines().forEach(line -> languages.add(line.language())));
    text.append("\n## ").append(escaped(questions)).append("\n\n| model |");
    languages.forEach(language -> text.append(' ').append(language).append(" |"));
    text.append(' ').append(MEAN).append(" |\n|---|");
    text.append("---:|".repeat(languages.size() + 1)).append('\n');
    for (Row row : rows) {
      String metric = row.benchmark().metric();
      Interval interval = row.benchmark().macroIntervals().get(metric);
      row(
          text,
          escaped(row.model()),
          languages,
          row,
          line -> cell(line.accuracy(), line.low(), line.high()));
      double mean = row.benchmark().macroAverage().get(metric);
      text.append(' ').append(cell(mean, interval.low(), interval.high())).append(" |\n");
    }
    row(text, "chance", languages, rows.get(0), line -> percent(line.chance()));
    text.append(" |\n");
    row(text, "n", languages, rows.get(0), line -> Integer.toString(line.n()));
    text.append(" |\n");
  }

  private static void row(
      StringBuilder text,
      String head,
      Set<String> languages,
      Row row,
      Function<Line, String> cell) {
    Map<String, String> cells = new LinkedHashMap<>();
    row.lines().forEach(line -> cells.put(line.language(), cell.apply(line)));
    text.append("| ").append(head).append(" |");
    for (String language : languages) {
      text.append(' ').append(cells.getOrDefault(language, "-")).append(" |");
    }
  }

  private static String cell(double accuracy, double low, double high) {
    return "%s (%s to %s)".formatted(percent(accuracy), percent(low), percent(high));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|");
  }
}
