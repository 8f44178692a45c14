package parrot.jobs.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.RunMemory;
import parrot.jobs.report.ReportData.Stage;
import parrot.jobs.report.chart.LineChart.Point;
import parrot.jobs.report.chart.LineChart.Series;
import parrot.jobs.report.chart.Markup;

/** Losses by step. */
final class TrainingSection {
  private final List<Stage> stages;
  private final List<String> languages;

  TrainingSection(ReportData data) {
    this.stages = data.stages().stream().filter(stage -> !stage.rounds().isEmpty()).toList();
    Set<String> tags = new LinkedHashSet<>();
    stages.forEach(stage -> stage.rounds().forEach(round -> tags.addAll(round.heldOutLanguages())));
    this.languages = List.copyOf(tags);
  }

  boolean isEmpty() {
    return stages.isEmpty();
  }

  void writeLosses(Markup html) {
    html.raw("<section id=\"training\">").element("h2", "Training");
    for (Stage stage : stages) {
      html.element("h3", stage.name());
      html.element("p", "class=\"note\"", stage.description() + " " + pace(stage) + memory(stage));
      html.raw("<div class=\"charts\">");
      CurveFigure.write(
          html,
          "Loss on training examples",
          "mean over supervised tokens",
          List.of(new Series("loss", "ink", CurveFigure.points(stage, MetricsLine::loss))));
      CurveFigure.write(
          html, "Loss on held-out examples", "by language, never trained on", heldOut(stage));
      for (ReportData.AccuracyByStep one : stage.accuracies()) {
        CurveFigure.write(
            html, "Accuracy on " + one.benchmark(), "by language, of checkpoints", series(one));
      }
      html.raw("</div>");
      if (stage.rounds().stream()
          .anyMatch(round -> !Double.isFinite(round.loss()) && round.training().isPresent())) {
        html.element("p", "class=\"note bad\"", "The loss was not finite in at least one round.");
      }
    }
    html.raw("</section>");
  }

  private static String pace(Stage stage) {
    double pace =
        stage.rounds().stream()
            .mapToDouble(MetricsLine::examplesPerSecond)
            .filter(rate -> rate > 0)
            .average()
            .orElse(0);
    long steps = stage.rounds().get(stage.rounds().size() - 1).progress().step();
    return pace > 0
        ? "%s steps, %s examples per second."
            .formatted(Words.count(steps), Words.count(Math.round(pace)))
        : "";
  }

  private static String memory(Stage stage) {
    return stage.rounds().stream()
        .flatMap(round -> round.memory().stream())
        .max(Comparator.comparingLong(memory -> memory.executor().peak()))
        .map(TrainingSection::memory)
        .orElse("");
  }

  private static String memory(RunMemory memory) {
    return " An executor took at most %s of memory (planned: %s); in the end %s of its own and %s of mapped files."
        .formatted(
            Words.gib(memory.executor().peak()),
            Words.gib(memory.planned()),
            Words.gib(memory.executor().own()),
            Words.gib(memory.executor().files()));
  }

  private List<Series> heldOut(Stage stage) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < languages.size(); i++) {
      String tag = languages.get(i);
      series.add(
          new Series(
              Words.language(tag),
              CurveFigure.colour(i),
              CurveFigure.points(stage, round -> round.heldOutLoss(tag))));
    }
    return series;
  }

  private static List<Series> series(ReportData.AccuracyByStep accuracy) {
    List<Series> series = new ArrayList<>();
    accuracy
        .languages()
        .forEach(
            (tag, steps) ->
                series.add(
                    new Series(
                        Words.language(tag),
                        CurveFigure.colour(series.size()),
                        steps.entrySet().stream()
                            .map(one -> new Point(one.getKey(), one.getValue()))
                            .toList())));
    return series;
  }
}
