package parrot.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.ReportData.Comparison;
import parrot.jobs.report.ReportData.Evaluation;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.chart.HeatMap;
import parrot.jobs.report.chart.IntervalBars;
import parrot.jobs.report.chart.Markup;

/** Accuracy by language and by category, with intervals, chance and comparisons. */
final class AccuracySection {
  private final List<Evaluation> evaluations;
  private final List<Comparison> comparisons;
  private final Set<String> languages = new LinkedHashSet<>();

  AccuracySection(ReportData data) {
    this.evaluations = data.evaluations();
    this.comparisons = data.comparisons();
    evaluations.forEach(evaluation -> languages.addAll(evaluation.languages().keySet()));
  }

  boolean isEmpty() {
    return languages.isEmpty();
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
            + "by the benchmark's exact matching ("
            + evaluations.get(0).metric()
            + "). An answer that names no option counts as wrong. Whiskers are 95 % Wilson "
            + "intervals.");
    legend(html);
    List<IntervalBars.Series> series = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      Map<String, IntervalBars.Bar> bars = new LinkedHashMap<>();
      evaluation.languages().forEach((tag, value) -> bars.put(tag, bar(value)));
      boolean labelled = evaluation.role() == Role.MAIN;
      series.add(new IntervalBars.Series(evaluation.name(), style(evaluation), bars, labelled));
    }
    List<IntervalBars.Group> groups = languages.stream().map(this::group).toList();
    html.raw("<figure class=\"chart-frame scroll\">")
        .raw(IntervalBars.svg("Accuracy by language for every evaluation", groups, series))
        .raw("</figure>");
    table(html);
    comparisons(html);
    main().ifPresent(evaluation -> categories(html, evaluation));
    html.raw("</section>");
  }

  private static IntervalBars.Bar bar(Accuracy value) {
    return new IntervalBars.Bar(
        value.accuracy(),
        value.low(),
        value.high(),
        value.failed() ? value.problem() : Words.accuracy(value),
        value.failed());
  }

  private IntervalBars.Group group(String tag) {
    List<Accuracy> values =
        evaluations.stream().map(one -> one.languages().get(tag)).filter(Objects::nonNull).toList();
    return new IntervalBars.Group(
        tag,
        Words.language(tag),
        values.stream().mapToLong(Accuracy::n).filter(n -> n > 0).findFirst().orElse(0),
        values.stream().mapToDouble(Accuracy::chance).filter(c -> c > 0).findFirst().orElse(0));
  }

  private static String style(Evaluation evaluation) {
    return evaluation.role().name().toLowerCase(Locale.ROOT);
  }

  private void legend(Markup html) {
    html.raw("<div class=\"legend\">");
    for (Evaluation evaluation : evaluations) {
      html.raw("<span><i class=\"swatch %s\"></i>", style(evaluation));
      html.text(evaluation.name()).raw("</span>");
    }
    html.raw("<span><i class=\"swatch dash\"></i>chance</span></div>");
  }

  private void table(Markup html) {
    html.raw("<div class=\"scroll\"><table class=\"accuracy\"><thead><tr>");
    html.element("th", "Language").element("th", "n").element("th", "Chance");
    evaluations.forEach(evaluation -> html.element("th", evaluation.name()));
    html.element("th", "Unparsable").element("th", "Refused").element("th", "Missing");
    html.raw("</tr></thead><tbody>");
    for (String tag : languages) {
      row(html, tag);
    }
    averages(html);
    html.raw("</tbody></table></div>");
    html.element(
        "p",
        "class=\"note\"",
        "Unparsable, refused and missing answers are those of "
            + main().orElse(evaluations.get(0)).name()
            + "; all of them count as wrong.");
    for (Evaluation evaluation : evaluations) {
      evaluation.languages().forEach((tag, value) -> failure(html, evaluation, tag, value));
      evaluation
          .notes()
          .forEach(
              note -> html.element("p", "class=\"note bad\"", evaluation.name() + ", " + note));
    }
  }

  private static void failure(Markup html, Evaluation evaluation, String tag, Accuracy value) {
    if (value.failed()) {
      html.element(
          "p",
          "class=\"note bad\"",
          evaluation.name() + ", " + Words.language(tag) + " failed: " + value.problem());
    }
  }

  private void row(Markup html, String tag) {
    Evaluation shown = main().orElse(evaluations.get(0));
    Accuracy own = shown.languages().get(tag);
    html.raw("<tr>").element("td", Words.language(tag));
    boolean known = own != null && !own.failed();
    html.element("td", known ? Words.count(own.n()) : "–");
    html.element("td", known ? Words.percent(own.chance()) : "–");
    for (Evaluation evaluation : evaluations) {
      Accuracy value = evaluation.languages().get(tag);
      if (value == null) {
        html.element("td", "–");
      } else if (value.failed()) {
        html.element("td", "class=\"bad\"", "failed");
      } else {
        html.raw(
            "<td>%s <small>%.0f–%.0f</small></td>",
            Words.percent(value.accuracy()), 100 * value.low(), 100 * value.high());
      }
    }
    html.element("td", known ? Words.count(own.unparsable()) : "–");
    html.element("td", known ? Words.count(own.refused()) : "–");
    html.element("td", known ? Words.count(own.missing()) : "–").raw("</tr>");
  }

  private void averages(Markup html) {
    html.raw("<tr class=\"average\">").element("td", "Mean of the languages").element("td", "");
    html.element("td", percentOrDash(mean(main().orElse(evaluations.get(0)), Accuracy::chance)));
    for (Evaluation evaluation : evaluations) {
      html.element("td", percentOrDash(mean(evaluation, Accuracy::accuracy)));
    }
    html.raw("<td></td><td></td><td></td></tr>");
  }

  private static String percentOrDash(double value) {
    return Double.isFinite(value) ? Words.percent(value) : "–";
  }

  private void comparisons(Markup html) {
    if (comparisons.isEmpty()) {
      return;
    }
    html.element("h3", "Differences on the same questions");
    html.raw("<div class=\"scroll\"><table><thead><tr>");
    for (String head :
        List.of(
            "Compared",
            "Language",
            "n",
            "Clusters",
            "Difference",
            "95 % interval",
            "Detectable",
            "p",
            "")) {
      html.element("th", head);
    }
    html.raw("</tr></thead><tbody>");
    for (Comparison one : comparisons) {
      html.raw(one.tooSmall() ? "<tr class=\"small\">" : "<tr>");
      html.element("td", one.name() + " against " + one.than());
      html.element("td", one.language().equals("all") ? "all" : Words.language(one.language()));
      html.element("td", Words.count(one.n()));
      html.element("td", Words.count(one.questions()));
      html.element("td", signed(one.difference()) + " points");
      html.element("td", signed(one.low()) + " to " + signed(one.high()));
      html.element("td", String.format(Locale.ROOT, "%.1f points", 100 * one.smallest()));
      html.element("td", String.format(Locale.ROOT, "%.4f", one.pValue()));
      html.element("td", "class=\"left\"", one.verdict()).raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    html.element(
        "p",
        "class=\"note\"",
        "Translations of one question are one cluster. Detectable: the smallest difference that these "
            + "questions show at 80 % power; smaller ones are grey. p is McNemar's exact test; those "
            + "of the languages are corrected after Holm.");
  }

  private static String signed(double share) {
    return String.format(Locale.ROOT, "%+.1f", 100 * share).replace('-', '\u2212');
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
