package parrot.jobs.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import parrot.datasets.benchmark.Grouping;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.report.chart.LineChart;
import parrot.jobs.report.chart.LineChart.Point;
import parrot.jobs.report.chart.LineChart.Series;
import parrot.jobs.report.chart.Markup;

/** How accurate the checkpoints of a run are, over its steps. */
final class CheckpointSection {
  private static final int COLOURS = 6;
  private static final String MEAN = "mean";

  private final Map<String, List<SweepOutcome.Evaluated>> runs = new LinkedHashMap<>();

  CheckpointSection(List<SweepOutcome.Evaluated> columns) {
    for (SweepOutcome.Evaluated one : columns) {
      if (one.column().step().isPresent() && one.scores().isPresent()) {
        String name = one.column().model();
        String setting = one.column().setting();
        runs.computeIfAbsent(
                setting.isEmpty() ? name : name + ", " + setting, run -> new ArrayList<>())
            .add(one);
      }
    }
    runs.values().removeIf(checkpoints -> checkpoints.size() < 2);
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  void write(Markup html) {
    html.raw("<section id=\"training\">").element("h2", "Accuracy over training");
    html.element("p", "class=\"note\"", "Mean and languages, these by their tags.");
    html.raw("<div class=\"charts many\">");
    runs.forEach(
        (run, checkpoints) ->
            curves(checkpoints)
                .forEach(
                    (questions, languages) -> {
                      String svg =
                          LineChart.svg(
                              "%s, %s, accuracy in percent".formatted(run, questions),
                              "step",
                              series(languages));
                      html.raw("<figure><figcaption>").element("b", run);
                      html.text(", " + questions + ", percent").raw("</figcaption>");
                      html.raw(svg).raw("</figure>");
                    }));
    html.raw("</div></section>");
  }

  /** Points by questions and language. */
  private static Map<String, Map<String, List<Point>>> curves(
      List<SweepOutcome.Evaluated> checkpoints) {
    Map<String, Map<String, List<Point>>> curves = new LinkedHashMap<>();
    for (SweepOutcome.Evaluated one : checkpoints) {
      int step = one.column().step().orElseThrow();
      for (Benchmark benchmark : one.scores().orElseThrow().benchmarks()) {
        Map<String, List<Point>> languages =
            curves.computeIfAbsent(
                benchmark.benchmark() + ", " + benchmark.metric(), name -> new LinkedHashMap<>());
        benchmark
            .lines(benchmark.metric(), Grouping.OVERALL)
            .forEach(line -> add(languages, line.language(), step, line.accuracy()));
        Double mean = benchmark.macroAverage().get(benchmark.metric());
        if (mean != null) {
          add(languages, MEAN, step, mean);
        }
      }
    }
    return curves;
  }

  private static void add(
      Map<String, List<Point>> languages, String language, int step, double accuracy) {
    languages
        .computeIfAbsent(language, name -> new ArrayList<>())
        .add(new Point(step, 100 * accuracy));
  }

  private static List<Series> series(Map<String, List<Point>> languages) {
    List<Series> series = new ArrayList<>();
    languages.forEach(
        (language, points) -> {
          boolean mean = language.equals(MEAN);
          series.add(new Series(language, mean ? "ink" : "c" + series.size() % COLOURS, points));
        });
    return series;
  }
}
