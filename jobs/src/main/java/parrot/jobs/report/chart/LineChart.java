package parrot.jobs.report.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Curves over steps, each labelled at its end. The axis of values starts at 0, unless all curves
 * lie so close together that they would look the same; then it covers the curves alone and says so.
 */
public final class LineChart {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 260;
  private static final int LEFT = 44;
  private static final int RIGHT = 92;
  private static final int TOP = 14;
  private static final int BOTTOM = 38;
  private static final double LABEL_HEIGHT = 14;
  private static final int TICKS = 5;

  /** Curves within this share of the highest value would look the same on an axis from 0. */
  private static final double NARROW = 0.03;

  /** Curves within this share of the highest value are the same. */
  private static final double SAME = 1e-4;

  /**
   * A curve.
   *
   * @param style class of the style sheet that colours it
   */
  public record Series(String name, String style, List<Point> points) {
    public Series {
      // Values that are not finite cannot be drawn; the text beside the chart mentions them.
      points =
          points.stream().filter(p -> Double.isFinite(p.x()) && Double.isFinite(p.y())).toList();
    }

    Point last() {
      return points.get(points.size() - 1);
    }
  }

  public record Point(double x, double y) {}

  private LineChart() {}

  /** The chart, or an empty string if no series has a point. */
  public static String svg(String description, String xLabel, List<Series> all) {
    List<Series> series = all.stream().filter(s -> !s.points().isEmpty()).toList();
    if (series.isEmpty()) {
      return "";
    }
    List<Point> points = series.stream().flatMap(s -> s.points().stream()).toList();
    double lastX = points.stream().mapToDouble(Point::x).max().orElse(1);
    Ticks ys = values(points);
    Ticks xs = Ticks.covering(0, lastX, TICKS);
    double right = WIDTH - RIGHT;
    double bottom = HEIGHT - BOTTOM;

    Markup svg = new Markup();
    svg.raw(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH, HEIGHT, Markup.escape(description));
    for (double tick : ys.values()) {
      double y = y(tick, ys);
      svg.raw(
          "<line class=\"grid\" x1=\"%d\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
          LEFT, right, y, y);
      svg.raw(
          "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 7, y + 4, ys.label(tick));
    }
    if (ys.low() > 0) {
      svg.raw("<text class=\"tick\" x=\"%d\" y=\"%d\">", LEFT, TOP - 5);
      svg.text("starts at " + ys.label(ys.low()) + ", not at 0").raw("</text>");
    }
    for (double tick : xs.values()) {
      if (tick <= lastX * 1.0001) {
        svg.raw(
            "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
            x(tick, lastX), bottom + 17, xs.label(tick));
      }
    }
    svg.raw(
        "<text class=\"axis-name\" x=\"%.1f\" y=\"%d\" text-anchor=\"end\">", right, HEIGHT - 6);
    svg.text(xLabel).raw("</text>");
    for (Series one : series) {
      curve(svg, one, lastX, ys);
    }
    labels(svg, series, lastX, ys);
    return svg.raw("</svg>").toString();
  }

  private static Ticks values(List<Point> points) {
    double lowest = points.stream().mapToDouble(Point::y).min().orElse(0);
    double highest = points.stream().mapToDouble(Point::y).max().orElse(1);
    double band = highest - lowest;
    boolean narrow = lowest > 0 && band <= NARROW * highest && band > SAME * highest;
    return Ticks.covering(narrow ? lowest : Math.min(0, lowest), highest, TICKS);
  }

  private static void curve(Markup svg, Series series, double lastX, Ticks ys) {
    svg.raw("<polyline class=\"curve %s\" points=\"", series.style());
    for (Point point : series.points()) {
      svg.raw("%.1f,%.1f ", x(point.x(), lastX), y(point.y(), ys));
    }
    svg.raw("\"><title>");
    svg.text(
        series.name() + ": " + String.format(Locale.ROOT, "%.3f at the end", series.last().y()));
    svg.raw("</title></polyline>");
    svg.raw(
        "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
        series.style(), x(series.last().x(), lastX), y(series.last().y(), ys));
  }

  /** Puts each name beside its curve's end, moved apart if they would overlap. */
  private static void labels(Markup svg, List<Series> series, double lastX, Ticks ys) {
    List<Series> ordered = new ArrayList<>(series);
    ordered.sort(Comparator.comparingDouble(s -> y(s.last().y(), ys)));
    int decimals = Math.max(2, ys.decimals());
    double[] places = new double[ordered.size()];
    double floor = HEIGHT - BOTTOM + 4;
    double next = TOP;
    for (int i = 0; i < places.length; i++) {
      places[i] = Math.max(next, y(ordered.get(i).last().y(), ys));
      next = places[i] + LABEL_HEIGHT;
    }
    for (int i = places.length - 1; i >= 0; i--) {
      double limit = i == places.length - 1 ? floor : places[i + 1] - LABEL_HEIGHT;
      places[i] = Math.min(places[i], limit);
    }
    for (int i = 0; i < places.length; i++) {
      Series one = ordered.get(i);
      double endX = x(one.last().x(), lastX);
      double labelX = WIDTH - RIGHT + 16;
      svg.raw(
          "<path class=\"leader\" d=\"M%.1f %.1f L%.1f %.1f\"/>",
          endX + 5, y(one.last().y(), ys), labelX - 3, places[i]);
      svg.raw(
          "<text class=\"label %s\" x=\"%.1f\" y=\"%.1f\">", one.style(), labelX, places[i] + 4);
      String value = String.format(Locale.ROOT, "%." + decimals + "f", one.last().y());
      svg.text(one.name()).raw(" <tspan class=\"value\">").text(value).raw("</tspan></text>");
    }
  }

  private static double x(double value, double lastX) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (lastX > 0 ? value / lastX : 0);
  }

  private static double y(double value, Ticks ys) {
    double share = (value - ys.low()) / (ys.high() - ys.low());
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
  }
}
