package parrot.jobs.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Unanswered;
import parrot.jobs.report.ComparisonTable;
import parrot.jobs.report.PageFrame;
import parrot.jobs.report.ReportData.Comparison;
import parrot.jobs.report.Words;
import parrot.jobs.report.chart.Markup;

/** A whole sweep as one HTML document that refers to nothing outside itself. */
final class SweepPage {
  static final String FILE_NAME = "sweep.html";

  private final SweepOutcome outcome;
  private final SweepManifest manifest;
  private final String baseline;
  private final ExampleBrowser examples;
  private final ScoreSection scores;
  private final CheckpointSection checkpoints;

  private SweepPage(
      SweepOutcome outcome, SweepManifest manifest, String baseline, ExampleBrowser examples) {
    this.outcome = outcome;
    this.manifest = manifest;
    this.baseline = baseline;
    this.examples = examples;
    this.scores = new ScoreSection(outcome.columns());
    this.checkpoints = new CheckpointSection(outcome.columns());
  }

  /**
   * The document.
   *
   * @param baseline name of the model that others are compared with
   */
  static String render(
      SweepOutcome outcome, SweepManifest manifest, String baseline, ExampleBrowser examples) {
    return new SweepPage(outcome, manifest, baseline, examples).render();
  }

  private String render() {
    Markup html = new Markup();
    int models = outcome.columns().size();
    PageFrame.begin(
        html,
        "Evaluation of %d %s".formatted(models, models == 1 ? "model" : "models"),
        "%d benchmark files, asked with parrot %s; answers count by the rule %s"
            .formatted(
                manifest.benchmarks().size(),
                manifest.versions().get("parrot"),
                manifest.sweep().path("matching").asText()));
    boolean compared = outcome.columns().stream().anyMatch(one -> !one.differences().isEmpty());
    html.raw("<nav>");
    link(html, !scores.isEmpty(), "accuracy", "Accuracy");
    link(html, !checkpoints.isEmpty(), "training", "Over training");
    link(html, scores.hasCategories(), "categories", "Kinds of questions");
    link(html, compared, "differences", "Differences");
    link(html, !scores.isEmpty(), "examples", "Questions and answers");
    link(html, true, "failures", "What failed");
    link(html, true, "versions", "Versions");
    html.raw("</nav>");
    if (!scores.isEmpty()) {
      scores.writeAccuracies(html);
    }
    if (!checkpoints.isEmpty()) {
      checkpoints.write(html);
    }
    if (scores.hasCategories()) {
      scores.writeCategories(html);
    }
    if (compared) {
      differences(html);
    }
    if (!scores.isEmpty()) {
      examples.write(html);
    }
    failures(html);
    versions(html);
    PageFrame.end(html);
    return html.toString();
  }

  private static void link(Markup html, boolean there, String anchor, String name) {
    if (there) {
      html.element("a", "href=\"#" + anchor + "\"", name).raw("\n");
    }
  }

  private void differences(Markup html) {
    List<Comparison> all = new ArrayList<>();
    List<Comparison> languages = new ArrayList<>();
    for (SweepOutcome.Evaluated one : outcome.columns()) {
      one.differences()
          .forEach(
              difference ->
                  (difference.language().equals("all") ? all : languages)
                      .add(Comparison.of(one.column().label(), baseline, difference)));
    }
    html.raw("<section id=\"differences\">");
    html.element("h2", "Differences from " + baseline);
    html.element("p", "class=\"note\"", "On the same questions, asked in the same way.");
    ComparisonTable.write(html, all);
    html.raw("<details><summary>By language</summary>");
    ComparisonTable.write(html, languages);
    html.raw("</details></section>");
  }

  private void failures(Markup html) {
    html.raw("<section id=\"failures\">").element("h2", "What failed");
    Map<String, String> rows = new LinkedHashMap<>();
    for (SweepOutcome.Evaluated one : outcome.columns()) {
      String model = one.column().label();
      one.problem().ifPresent(problem -> rows.put(model + ": not evaluated", problem));
      one.scores()
          .map(EvaluationScores::benchmarks)
          .orElse(List.of())
          .forEach(benchmark -> failures(rows, model, benchmark));
      one.incomparable()
          .forEach(
              (benchmark, problem) ->
                  rows.put("%s, %s: not compared".formatted(model, benchmark), problem));
    }
    if (rows.isEmpty()) {
      html.element("p", "Nothing: every question was asked of every model.");
    } else {
      html.raw("<div class=\"scroll\"><table><thead><tr><th>What</th><th class=\"left\">Why</th>");
      html.raw("</tr></thead><tbody>");
      rows.forEach(
          (what, why) ->
              html.raw("<tr>")
                  .element("td", what)
                  .element("td", "class=\"left wrap bad\"", why)
                  .raw("</tr>"));
      html.raw("</tbody></table></div>");
    }
    html.raw("</section>");
  }

  private static void failures(Map<String, String> rows, String model, Benchmark benchmark) {
    benchmark
        .failures()
        .forEach(
            failure ->
                rows.put(
                    "%s, %s in %s: no score"
                        .formatted(
                            model, benchmark.benchmark(), Words.language(failure.language())),
                    failure.problem()));
    Map<String, List<Unanswered>> unanswered = new LinkedHashMap<>();
    benchmark
        .unanswered()
        .forEach(
            one -> unanswered.computeIfAbsent(one.language(), tag -> new ArrayList<>()).add(one));
    unanswered.forEach(
        (tag, all) ->
            rows.put(
                "%s, %s in %s: %d questions not asked"
                    .formatted(model, benchmark.benchmark(), Words.language(tag), all.size()),
                "question %d: %s".formatted(all.get(0).index(), all.get(0).problem())));
  }

  private void versions(Markup html) {
    html.raw("<section id=\"versions\">").element("h2", "Versions");
    html.raw("<details><summary>Program</summary><table><tbody>");
    manifest.versions().forEach((what, version) -> row(html, what, version));
    html.raw("</tbody></table></details><details><summary>Models</summary>");
    html.raw(
        "<div class=\"scroll\"><table><thead><tr><th>Model</th><th class=\"left\">Folder</th>");
    html.raw(
        "<th class=\"left\">Weights (SHA-256)</th><th class=\"left\">Asked</th></tr></thead><tbody>");
    for (SweepOutcome.Evaluated one : outcome.columns()) {
      html.raw("<tr>").element("td", one.column().label());
      html.element("td", "class=\"left wrap\"", one.column().path());
      Optional<EvaluationScores> known = one.scores();
      html.element(
          "td", "class=\"left\"", known.map(s -> s.fingerprint().substring(0, 12)).orElse("–"));
      html.element(
          "td", "class=\"left wrap\"", known.map(EvaluationScores::generation).orElse("–"));
      html.raw("</tr>");
    }
    html.raw("</tbody></table></div></details><details><summary>Benchmark files</summary>");
    html.raw("<div class=\"scroll\"><table><tbody>");
    manifest
        .benchmarks()
        .forEach(
            file -> row(html, file.name(), "%s, SHA-256 %s".formatted(file.path(), file.sha256())));
    html.raw("</tbody></table></div></details><details><summary>The sweep's file</summary><pre>");
    html.text(manifest.sweep().toPrettyString()).raw("</pre></details></section>");
  }

  private static void row(Markup html, String what, String value) {
    html.raw("<tr>").element("td", what).element("td", "class=\"left wrap\"", value).raw("</tr>");
  }
}
