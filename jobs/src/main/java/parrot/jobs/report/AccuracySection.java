package parrot.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.ReportData.Comparison;
import parrot.jobs.report.ReportData.Evaluation;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.chart.HeatMap;
import parrot.jobs.report.chart.Markup;

/** Accuracy by language and by category, with intervals, chance and comparisons. */
final class AccuracySection {
  private final List<Evaluation> evaluations;
  private final List<Comparison> comparisons;

  AccuracySection(ReportData data) {
    this.evaluations = data.evaluations();
    this.comparisons = data.comparisons();
  }

  boolean isEmpty() {
    return evaluations.stream().allMatch(evaluation -> evaluation.languages().isEmpty());
  }

  /** The evaluation that the report is about, if there is one. */
  Optional<Evaluation> main() {
    return evaluations.stream().filter(e -> e.role() == Role.MAIN).findFirst();
  }

  /** The mean of {@code value} over the languages that have a result. */
  static double mean(Evaluation evaluation, ToDoubleFunction<Accuracy> value) {
    return evaluation.languages().values().stream()
        .filter(accuracy -> !accuracy.failed())
        .mapToDouble(value)
        .average()
        .orElse(Double.NaN);
  }

  void write(Markup html) {
    html.raw("<section id=\"accuracy\">").element("h2", "Accuracy by language");
    html.element(
        "p",
        "class=\"note\"",
        "Multiple-choice questions that were not trained on, the same ones in every language, scored "
            + "by the benchmark's exact matching. An answer that names no option counts as wrong. "
            + "Whiskers are 95 % Wilson intervals.");
    Map<String, List<Evaluation>> comparable = new LinkedHashMap<>();
    for (Evaluation one : evaluations) {
      String questions = one.benchmark() + ", " + one.metric();
      comparable.computeIfAbsent(questions, q -> new ArrayList<>()).add(one);
    }
    comparable.forEach(
        (questions, columns) -> {
          html.element("h3", questions);
          new AccuracyTable(columns).write(html);
        });
    if (!comparisons.isEmpty()) {
      html.element("h3", "Differences on the same questions");
      ComparisonTable.write(html, comparisons);
    }
    main().ifPresent(evaluation -> categories(html, evaluation));
    html.raw("</section>");
  }

  private void categories(Markup html, Evaluation evaluation) {
    if (evaluation.categories().isEmpty()) {
      return;
    }
    html.element("h3", "By kind of question: " + evaluation.name());
    List<String> columns = new ArrayList<>(evaluation.categories().keySet());
    Map<String, List<Double>> rows = new LinkedHashMap<>();
    for (String tag : evaluation.languages().keySet()) {
      List<Double> row = new ArrayList<>();
      for (String category : columns) {
        Accuracy value = evaluation.categories().get(category).get(tag);
        row.add(value == null || value.failed() ? Double.NaN : value.accuracy());
      }
      rows.put(Words.language(tag), row);
    }
    html.raw("<figure class=\"chart-frame scroll\">")
        .raw(HeatMap.svg("Accuracy by language and category", columns, rows, 1))
        .raw("</figure>");
  }
}
