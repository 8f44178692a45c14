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
import parrot.datasets.benchmark.PublishedScore;
import parrot.datasets.language.Language;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Interval;
import parrot.jobs.evaluate.EvaluationScores.Line;

/**
 * Several models' scores, each benchmark by the metric that its results are published by: as CSV
 * with a row for each model and language, shares from 0 to 1; or as Markdown with a table for each
 * benchmark and metric, in percent. Scores that others have published stand beside them, marked.
 */
public final class Leaderboard {
  private static final String MEAN = "mean";

  private record Row(String model, String questions, Benchmark benchmark) {
    List<Line> lines() {
      return benchmark.lines(benchmark.metric(), Grouping.OVERALL);
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private final List<PublishedScore> published = new ArrayList<>();

  /** Adds a model's scores; benchmarks without any are left out. */
  public void add(String model, List<Benchmark> benchmarks) {
    for (Benchmark one : benchmarks) {
      if (!one.lines().isEmpty()) {
        rows.add(new Row(model, one.benchmark() + ", " + one.metric(), one));
      }
    }
  }

  /**
   * Adds scores as others have published them, marked as such, of what was scored here too.
   *
   * @return whether there are any
   */
  public boolean addPublished(List<PublishedScore> scores) {
    scores.stream()
        .filter(one -> rows.stream().anyMatch(row -> isBeside(one, row)))
        .forEach(published::add);
    return !published.isEmpty();
  }

  private static boolean isBeside(PublishedScore score, Row row) {
    return questions(score).equals(row.questions());
  }

  private static String questions(PublishedScore score) {
    return score.benchmark() + ", " + score.metric().label();
  }

  private static String language(PublishedScore score) {
    return score.language().map(Language::tag).orElse(MEAN);
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
        new StringBuilder("model,benchmark,metric,language,n,clusters,chance,accuracy,low,high");
    csv.append(published.isEmpty() ? "\n" : ",published\n");
    String end = published.isEmpty() ? "\n" : ",\n";
    for (Row row : rows) {
      String metric = row.benchmark().metric();
      String head =
          "%s,%s,%s".formatted(quoted(row.model()), quoted(row.benchmark().benchmark()), metric);
      for (Line line : row.lines()) {
        csv.append(
            "%s,%s,%d,,%s,%s,%s,%s"
                    .formatted(
                        head,
                        line.language(),
                        line.n(),
                        line.chance(),
                        line.accuracy(),
                        line.low(),
                        line.high())
                + end);
      }
      Interval interval = row.benchmark().macroIntervals().get(metric);
      csv.append(
          "%s,%s,,%d,,%s,%s,%s"
                  .formatted(
                      head,
                      MEAN,
                      interval.clusters(),
                      row.benchmark().macroAverage().get(metric),
                      interval.low(),
                      interval.high())
              + end);
    }
    for (PublishedScore one : published) {
      csv.append(
          "%s,%s,%s,%s,,,,%s,,,%s\n"
              .formatted(
                  quoted(one.model()),
                  quoted(one.benchmark()),
                  one.metric().label(),
                  language(one),
                  one.percent() / 100,
                  quoted(one.source())));
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
    if (!published.isEmpty()) {
      text.append(
          "\nModels in italics were not measured here: their scores are as published, perhaps by other prompts and rules.\n");
    }
    return text.toString();
  }

  private void table(StringBuilder text, String questions, List<Row> rows) {
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
    publishedRows(text, questions, languages);
    row(text, "chance", languages, rows.get(0), line -> percent(line.chance()));
    text.append(" |\n");
    row(text, "n", languages, rows.get(0), line -> Integer.toString(line.n()));
    text.append(" |\n");
  }

  private void publishedRows(StringBuilder text, String questions, Set<String> languages) {
    Map<String, Map<String, Double>> models = new LinkedHashMap<>();
    for (PublishedScore one : published) {
      if (questions(one).equals(questions)) {
        models
            .computeIfAbsent(
                "*%s*, published (%s)".formatted(escaped(one.model()), escaped(one.source())),
                model -> new LinkedHashMap<>())
            .put(language(one), one.percent() / 100);
      }
    }
    List<String> columns = new ArrayList<>(languages);
    columns.add(MEAN);
    models.forEach(
        (model, accuracies) -> {
          text.append("| ").append(model).append(" |");
          for (String column : columns) {
            Double accuracy = accuracies.get(column);
            text.append(' ').append(accuracy == null ? "-" : percent(accuracy)).append(" |");
          }
          text.append('\n');
        });
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
