package parrot.jobs.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import parrot.datasets.benchmark.Grouping;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Failure;
import parrot.jobs.evaluate.EvaluationScores.Interval;
import parrot.jobs.evaluate.EvaluationScores.Line;
import parrot.jobs.report.Words;
import parrot.jobs.report.chart.Markup;

/** Accuracies of all models: by language, and by category. */
final class ScoreSection {
  /** A model's results on one benchmark by one metric. */
  private record Row(Column column, Benchmark benchmark) {
    Optional<Line> line(String language) {
      return lines(Grouping.OVERALL).filter(one -> one.language().equals(language)).findFirst();
    }

    Stream<Line> lines(Grouping grouping) {
      return benchmark.lines(benchmark.metric(), grouping).stream();
    }
  }

  private final Map<String, List<Row>> byQuestions = new LinkedHashMap<>();

  ScoreSection(List<SweepOutcome.Evaluated> columns) {
    for (SweepOutcome.Evaluated one : columns) {
      one.scores().stream()
          .flatMap(scores -> scores.benchmarks().stream())
          .forEach(
              benchmark ->
                  byQuestions
                      .computeIfAbsent(
                          benchmark.benchmark() + ", " + benchmark.metric(),
                          name -> new ArrayList<>())
                      .add(new Row(one.column(), benchmark)));
    }
  }

  boolean isEmpty() {
    return byQuestions.isEmpty();
  }

  void writeAccuracies(Markup html) {
    html.raw("<section id=\"accuracy\">").element("h2", "Accuracy by language");
    html.element(
        "p",
        "class=\"note\"",
        "In percent, with 95 % intervals (Wilson). An answer that names no option counts as wrong. The mean weighs each language alike; translations and rotations of a question, and questions with the same image, are one cluster.");
    byQuestions.forEach(
        (questions, rows) -> {
          html.element("h3", questions);
          table(html, rows);
        });
    html.raw("</section>");
  }

  private static void table(Markup html, List<Row> rows) {
    Set<String> languages = new LinkedHashSet<>();
    for (Row row : rows) {
      row.lines(Grouping.OVERALL).forEach(line -> languages.add(line.language()));
      row.benchmark().failures().forEach(failure -> languages.add(failure.language()));
      languages.addAll(row.benchmark().unscored());
    }
    html.raw("<div class=\"scroll\"><table class=\"accuracy models\"><thead><tr>")
        .element("th", "Model");
    languages.forEach(tag -> html.element("th", Words.language(tag)));
    html.element("th", "Mean").raw("</tr></thead><tbody>");
    Map<String, Line> first = new LinkedHashMap<>();
    for (String tag : languages) {
      rows.stream()
          .flatMap(row -> row.line(tag).stream())
          .findFirst()
          .ifPresent(line -> first.put(tag, line));
    }
    for (Row row : rows) {
      html.raw("<tr>").element("td", row.column().label());
      languages.forEach(tag -> cell(html, row, tag, first.get(tag)));
      mean(html, row.benchmark());
      html.raw("</tr>");
    }
    foot(html, "chance", languages, first, line -> percent(line.chance()));
    foot(html, "n", languages, first, line -> Words.count(line.n()));
    html.raw("</tbody></table></div>");
  }

  private static void cell(Markup html, Row row, String tag, Line first) {
    Optional<Line> line = row.line(tag);
    if (line.isPresent()) {
      Line one = line.get();
      String note = one.n() == first.n() ? "" : ", n " + Words.count(one.n());
      interval(html, one.accuracy(), one.low(), one.high(), note);
      return;
    }
    Optional<String> problem =
        row.benchmark().failures().stream()
            .filter(failure -> failure.language().equals(tag))
            .map(Failure::problem)
            .findFirst();
    if (problem.isPresent()) {
      html.element(
          "td", "class=\"bad\" title=\"%s\"".formatted(Markup.escape(problem.get())), "failed");
    } else {
      html.element("td", row.benchmark().unscored().contains(tag) ? "to submit" : "–");
    }
  }

  private static void mean(Markup html, Benchmark benchmark) {
    Double mean = benchmark.macroAverage().get(benchmark.metric());
    Interval interval = benchmark.macroIntervals().get(benchmark.metric());
    if (mean == null || interval == null) {
      html.element("td", mean == null ? "–" : percent(mean));
    } else {
      interval(
          html,
          mean,
          interval.low(),
          interval.high(),
          ", %s clusters".formatted(Words.count(interval.clusters())));
    }
  }

  private static void interval(Markup html, double value, double low, double high, String note) {
    html.raw(
        "<td>%s <small>%.1f–%.1f%s</small></td>",
        percent(value), 100 * low, 100 * high, Markup.escape(note));
  }

  private static void foot(
      Markup html,
      String head,
      Set<String> languages,
      Map<String, Line> lines,
      Function<Line, String> text) {
    html.raw("<tr class=\"small\">").element("td", head);
    for (String tag : languages) {
      html.element("td", Optional.ofNullable(lines.get(tag)).map(text).orElse("–"));
    }
    html.raw("<td></td></tr>");
  }

  /** Whether any benchmark has more than one category. */
  boolean hasCategories() {
    return byQuestions.values().stream().anyMatch(rows -> categories(rows).size() > 1);
  }

  private static Set<String> categories(List<Row> rows) {
    Set<String> categories = new TreeSet<>();
    rows.forEach(row -> row.lines(Grouping.CATEGORY).forEach(line -> categories.add(line.group())));
    return categories;
  }

  void writeCategories(Markup html) {
    html.raw("<section id=\"categories\">").element("h2", "By kind of question");
    html.element(
        "p",
        "class=\"note\"",
        "In percent, over all languages together, with the number of questions.");
    byQuestions.forEach(
        (questions, rows) -> {
          Set<String> categories = categories(rows);
          if (categories.size() > 1) {
            html.element("h3", questions);
            html.raw("<div class=\"scroll\"><table class=\"models\"><thead><tr>")
                .element("th", "Category");
            rows.forEach(row -> html.element("th", row.column().label()));
            html.raw("</tr></thead><tbody>");
            for (String category : categories) {
              html.raw("<tr>").element("td", category);
              rows.forEach(row -> category(html, row, category));
              html.raw("</tr>");
            }
            html.raw("</tbody></table></div>");
          }
        });
    html.raw("</section>");
  }

  private static void category(Markup html, Row row, String category) {
    List<Line> lines =
        row.lines(Grouping.CATEGORY).filter(line -> line.group().equals(category)).toList();
    long n = lines.stream().mapToLong(Line::n).sum();
    double right = lines.stream().mapToDouble(line -> line.n() * line.accuracy()).sum();
    if (n == 0) {
      html.element("td", "–");
    } else {
      html.raw("<td>%s <small>n %s</small></td>", percent(right / n), Words.count(n));
    }
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }
}
