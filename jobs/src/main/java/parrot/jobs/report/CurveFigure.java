package parrot.jobs.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.report.ReportData.Stage;
import parrot.jobs.report.chart.LineChart;
import parrot.jobs.report.chart.LineChart.Point;
import parrot.jobs.report.chart.LineChart.Series;
import parrot.jobs.report.chart.Markup;

/** Curves of a training run over its steps. */
final class CurveFigure {
  private static final int COLOURS = 6;

  private CurveFigure() {}

  /** Writes a figure, or nothing if no series has a point. */
  static void write(Markup html, String title, String what, List<Series> series) {
    String svg = LineChart.svg(title + ", " + what, "step", series);
    if (!svg.isEmpty()) {
      html.raw("<figure><figcaption>").element("b", title);
      html.text(", " + what).raw("</figcaption>").raw(svg).raw("</figure>");
    }
  }

  static List<Point> points(Stage stage, ToDoubleFunction<MetricsLine> value) {
    return stage.rounds().stream()
        .map(round -> new Point(round.progress().step(), value.applyAsDouble(round)))
        .toList();
  }

  /** The style of a series by its number. */
  static String colour(int number) {
    return "c" + number % COLOURS;
  }
}
