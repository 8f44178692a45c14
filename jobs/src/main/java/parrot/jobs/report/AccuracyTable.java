package parrot.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.ReportData.Evaluation;
import parrot.jobs.report.ReportData.Interval;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.chart.IntervalBars;
import parrot.jobs.report.chart.Markup;

/** Evaluations on one benchmark by one metric, as a chart and a table by language. */
final class AccuracyTable {
  private final List<Evaluation> evaluations;
  private final Evaluation shown;
  private final Set<String> languages = new LinkedHashSet<>();

  AccuracyTable(List<Evaluation> evaluations) {
    this.evaluations = evaluations;
    this.shown =
        evaluations.stream()
            .filter(evaluation -> evaluation.role() == Role.MAIN)
            .findFirst()
            .orElse(evaluations.get(0));
    evaluations.forEach(evaluation -> languages.addAll(evaluation.languages().keySet()));
  }

  void write(Markup html) {
    if (!languages.isEmpty()) {
      legend(html);
      chart(html);
      table(html);
    }
    notes(html);
  }

  private void chart(Markup html) {
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
            + shown.name()
            + "; all of them count as wrong. The n of the mean counts clusters: translations and rotations"
            + " of a question, and questions with the same image, are one.");
  }

  private void notes(Markup html) {
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
        interval(html, value.accuracy(), value.low(), value.high(), questions(value, own));
      }
    }
    html.element("td", known ? Words.count(own.unparsable()) : "–");
    html.element("td", known ? Words.count(own.refused()) : "–");
    html.element("td", known ? Words.count(own.missing()) : "–").raw("</tr>");
  }

  private void averages(Markup html) {
    long shownClusters = shown.average().map(Interval::clusters).orElse(0L);
    html.raw("<tr class=\"average\">").element("td", "Mean");
    html.element("td", shownClusters == 0 ? "" : Words.count(shownClusters));
    html.element("td", percentOrDash(AccuracySection.mean(shown, Accuracy::chance)));
    for (Evaluation evaluation : evaluations) {
      double mean = AccuracySection.mean(evaluation, Accuracy::accuracy);
      if (evaluation.average().isPresent()) {
        Interval average = evaluation.average().get();
        boolean same = average.clusters() == shownClusters;
        String clusters = same ? "" : ", n " + Words.count(average.clusters());
        interval(html, mean, average.low(), average.high(), clusters);
      } else {
        html.element("td", percentOrDash(mean));
      }
    }
    html.raw("<td></td><td></td><td></td></tr>");
  }

  private static void interval(Markup html, double accuracy, double low, double high, String note) {
    html.raw(
        "<td>%s <small>%.0f–%.0f%s</small></td>",
        Words.percent(accuracy), 100 * low, 100 * high, Markup.escape(note));
  }

  /** How many questions a cell is of, if these are not those of the column n. */
  private static String questions(Accuracy value, Accuracy own) {
    boolean same = own != null && !own.failed() && own.n() == value.n();
    return same ? "" : ", n " + Words.count(value.n());
  }

  private static String percentOrDash(double value) {
    return Double.isFinite(value) ? Words.percent(value) : "–";
  }
}
