package parrot.jobs.report;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.ReportData.DataSet;
import parrot.jobs.report.ReportData.Evaluation;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.chart.Markup;

/** The whole report as one HTML document that refers to nothing outside itself. */
public final class ReportPage {
  private static final Comparator<Map.Entry<String, Long>> FREQUENT_FIRST =
      Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry::getKey);

  private final ReportData data;
  private final AccuracySection accuracy;
  private final ExpertSection experts;
  private final TrainingSection training;
  private final RoundsSection rounds;

  private ReportPage(ReportData data) {
    this.data = data;
    this.accuracy = new AccuracySection(data);
    this.experts = new ExpertSection(data);
    this.training = new TrainingSection(data);
    this.rounds = new RoundsSection(data);
  }

  /** The document. */
  public static String render(ReportData data) {
    return new ReportPage(data).render();
  }

  private String render() {
    Markup html = new Markup();
    PageFrame.begin(html, data.title(), data.subtitle());
    figures(html);
    experts.summary(html, data.comparisons());
    navigation(html);
    if (!accuracy.isEmpty()) {
      accuracy.write(html);
    }
    if (!data.asked().isEmpty()) {
      ExampleSection.writeAsked(html, data.asked());
    }
    if (!data.examples().isEmpty()) {
      ExampleSection.writeExamples(html, data.examples());
    }
    if (!experts.isEmpty()) {
      experts.write(html);
    }
    if (!training.isEmpty()) {
      training.writeLosses(html);
    }
    if (!rounds.isEmpty()) {
      rounds.write(html);
    }
    if (!data.data().isEmpty()) {
      dataSets(html);
    }
    run(html);
    PageFrame.end(html);
    return html.toString();
  }

  private void figures(Markup html) {
    Evaluation main = accuracy.main().orElse(null);
    if (main == null || !Double.isFinite(AccuracySection.mean(main, Accuracy::accuracy))) {
      return;
    }
    html.raw("<div class=\"figures\">");
    figure(html, AccuracySection.mean(main, Accuracy::accuracy), "mean accuracy, " + main.name());
    String worst = null;
    for (Map.Entry<String, Accuracy> entry : main.languages().entrySet()) {
      boolean counts = !entry.getValue().failed();
      if (counts
          && (worst == null
              || entry.getValue().accuracy() < main.languages().get(worst).accuracy())) {
        worst = entry.getKey();
      }
    }
    figure(
        html,
        main.languages().get(worst).accuracy(),
        "in the weakest language, " + Words.language(worst));
    for (Evaluation other : data.evaluations()) {
      if (other.role() == Role.BASELINE || other.role() == Role.BLANK) {
        figure(html, AccuracySection.mean(other, Accuracy::accuracy), other.name());
      }
    }
    figure(html, AccuracySection.mean(main, Accuracy::chance), "chance");
    html.raw("</div>");
  }

  private static void figure(Markup html, double share, String what) {
    if (Double.isFinite(share)) {
      html.raw("<div class=\"figure\"><b>%.0f %%</b>", 100 * share)
          .element("span", what)
          .raw("</div>");
    }
  }

  private void navigation(Markup html) {
    html.raw("<nav>");
    link(html, !accuracy.isEmpty(), "accuracy", "Accuracy");
    link(html, !data.asked().isEmpty(), "asked", "Asked freely");
    link(html, !data.examples().isEmpty(), "examples", "Questions and answers");
    link(html, !experts.isEmpty(), "experts", "Experts");
    link(html, !training.isEmpty(), "training", "Training");
    link(html, !rounds.isEmpty(), "rounds", "Rounds");
    link(html, !data.data().isEmpty(), "data", "Data");
    link(html, true, "run", "The run");
    html.raw("</nav>");
  }

  private static void link(Markup html, boolean there, String anchor, String name) {
    if (there) {
      html.element("a", "href=\"#" + anchor + "\"", name).raw("\n");
    }
  }

  private void dataSets(Markup html) {
    Set<String> languages = new LinkedHashSet<>();
    data.data().forEach(set -> languages.addAll(set.languages().keySet()));
    html.raw("<section id=\"data\">").element("h2", "Data");
    html.element(
        "p",
        "class=\"note\"",
        "Examples that came in, and what became of them: read = written + duplicate + rejected.");
    html.raw("<div class=\"scroll\"><table><thead><tr>").element("th", "Data set");
    for (String head : List.of("Read", "Written", "Duplicate", "Rejected")) {
      html.element("th", head);
    }
    languages.forEach(tag -> html.element("th", Words.language(tag)));
    html.raw("</tr></thead><tbody>");
    for (DataSet set : data.data()) {
      html.raw("<tr>").element("td", set.name()).element("td", Words.count(set.read()));
      html.element("td", Words.count(set.written()))
          .element("td", Words.count(set.duplicate()))
          .element("td", Words.count(set.rejected()));
      for (String tag : languages) {
        Long count = set.languages().get(tag);
        html.raw("<td>").text(count == null ? "–" : Words.count(count));
        if (count != null && set.written() > 0) {
          html.raw(" <small>%.0f %%</small>", 100.0 * count / set.written());
        }
        html.raw("</td>");
      }
      html.raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    for (DataSet set : data.data()) {
      if (!set.reasons().isEmpty()) {
        String reasons =
            set.reasons().entrySet().stream()
                .sorted(FREQUENT_FIRST)
                .map(reason -> Words.count(reason.getValue()) + " " + words(reason.getKey()))
                .collect(Collectors.joining(", ", "Rejected from " + set.name() + ": ", ""));
        html.element("p", "class=\"note\"", reasons);
      }
    }
    html.raw("</section>");
  }

  private static String words(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void run(Markup html) {
    html.raw("<section id=\"run\">").element("h2", "The run");
    if (!data.timings().isEmpty()) {
      double total = data.timings().stream().mapToDouble(ReportData.Timing::seconds).sum();
      html.raw("<table><thead><tr><th>Step</th><th>Time</th></tr></thead><tbody>");
      for (ReportData.Timing timing : data.timings()) {
        html.raw("<tr>")
            .element("td", timing.step())
            .element("td", Words.seconds(timing.seconds()))
            .raw("</tr>");
      }
      html.raw("<tr class=\"average\"><td>All</td>")
          .element("td", Words.seconds(total))
          .raw("</tr></tbody></table>");
    }
    if (!data.commands().isEmpty()) {
      html.element("h3", "To try next").raw("<dl class=\"commands\">");
      for (ReportData.Command command : data.commands()) {
        html.element("dt", command.does()).raw("<dd><pre>").text(command.line()).raw("</pre></dd>");
      }
      html.raw("</dl>");
    }
    html.element("h3", "Versions and configuration");
    if (!data.versions().isEmpty()) {
      html.raw("<details><summary>Versions</summary><table><tbody>");
      data.versions()
          .forEach(
              (what, version) ->
                  html.raw("<tr>")
                      .element("td", what)
                      .element("td", "class=\"left wrap\"", version)
                      .raw("</tr>"));
      html.raw("</tbody></table></details>");
    }
    data.configurations()
        .forEach(
            (name, text) -> {
              html.raw("<details>")
                  .element("summary", name)
                  .raw("<pre>")
                  .text(text.strip())
                  .raw("</pre></details>");
            });
    html.raw("</section>");
  }
}
