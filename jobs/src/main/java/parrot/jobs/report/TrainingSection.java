package parrot.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import parrot.jobs.report.LineChart.Point;
import parrot.jobs.report.LineChart.Series;
import parrot.jobs.report.ReportData.Round;
import parrot.jobs.report.ReportData.Stage;

/** How it was learned: losses by step, and which expert sees which language. */
final class TrainingSection {
  private static final int COLOURS = 6;

  private final List<Stage> stages;
  private final List<String> languages;

  TrainingSection(ReportData data) {
    this.stages = data.stages().stream().filter(stage -> !stage.rounds().isEmpty()).toList();
    Set<String> tags = new LinkedHashSet<>();
    stages.forEach(stage -> stage.rounds().forEach(round -> tags.addAll(round.heldOut().keySet())));
    this.languages = List.copyOf(tags);
  }

  boolean isEmpty() {
    return stages.isEmpty();
  }

  boolean hasRouting() {
    return stages.stream().anyMatch(stage -> !lastRouting(stage).isEmpty());
  }

  void writeLosses(Markup html) {
    html.raw("<section id=\"training\">").element("h2", "Training");
    for (Stage stage : stages) {
      html.element("h3", stage.name());
      html.element("p", "class=\"note\"", stage.description() + " " + pace(stage));
      html.raw("<div class=\"charts\">");
      chart(
          html,
          "Loss on training examples",
          "mean over supervised tokens",
          List.of(new Series("loss", "ink", points(stage, Round::loss))));
      chart(html, "Loss on held-out examples", "by language, never trained on", heldOut(stage));
      html.raw("</div>");
      if (stage.rounds().stream()
          .anyMatch(round -> !Double.isFinite(round.loss()) && round.step() > 0)) {
        html.element("p", "class=\"note bad\"", "The loss was not finite in at least one round.");
      }
    }
    html.raw("</section>");
  }

  private static String pace(Stage stage) {
    double pace =
        stage.rounds().stream()
            .mapToDouble(Round::examplesPerSecond)
            .filter(rate -> rate > 0)
            .average()
            .orElse(0);
    long steps = stage.rounds().get(stage.rounds().size() - 1).step();
    return pace > 0
        ? "%s steps, %s examples per second."
            .formatted(Words.count(steps), Words.count(Math.round(pace)))
        : "";
  }

  private static void chart(Markup html, String title, String what, List<Series> series) {
    String svg = LineChart.svg(title + ", " + what, "step", series);
    if (!svg.isEmpty()) {
      html.raw("<figure><figcaption>").element("b", title);
      html.text(", " + what).raw("</figcaption>").raw(svg).raw("</figure>");
    }
  }

  private static List<Point> points(Stage stage, ToDoubleFunction<Round> value) {
    return stage.rounds().stream()
        .map(round -> new Point(round.step(), value.applyAsDouble(round)))
        .toList();
  }

  private List<Series> heldOut(Stage stage) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < languages.size(); i++) {
      String tag = languages.get(i);
      series.add(
          new Series(
              Words.language(tag),
              "c" + i % COLOURS,
              points(stage, round -> round.heldOut().getOrDefault(tag, Double.NaN))));
    }
    return series;
  }

  void writeRouting(Markup html) {
    html.raw("<section id=\"experts\">").element("h2", "Experts by language");
    html.element(
        "p",
        "class=\"note\"",
        "The mean weight that the router gives each expert, by the language of the question. Rows "
            + "that differ show experts that specialise by language; equal rows that favour one "
            + "expert show a router that has collapsed.");
    for (Stage stage : stages) {
      Map<String, List<Double>> routing = lastRouting(stage);
      if (routing.isEmpty()) {
        continue;
      }
      int experts = routing.values().iterator().next().size();
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= experts; i++) {
        columns.add("expert " + i);
      }
      Map<String, List<Double>> rows = new LinkedHashMap<>();
      routing.forEach((tag, weights) -> rows.put(Words.language(tag), weights));
      double largest =
          routing.values().stream().flatMap(List::stream).mapToDouble(w -> w).max().orElse(1);
      html.raw("<figure class=\"chart-frame scroll\"><figcaption>").element("b", stage.name());
      html.text(", last round").raw("</figcaption>");
      html.raw(HeatMap.svg("Weight of experts by language", columns, rows, Math.max(largest, 0.5)));
      html.raw("</figure>");
    }
    html.raw("</section>");
  }

  private static Map<String, List<Double>> lastRouting(Stage stage) {
    for (int i = stage.rounds().size() - 1; i >= 0; i--) {
      if (!stage.rounds().get(i).routing().isEmpty()) {
        return stage.rounds().get(i).routing();
      }
    }
    return Map.of();
  }
}
