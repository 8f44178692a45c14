package parrot.jobs.report;

import java.util.List;
import java.util.Map;
import parrot.jobs.report.ReportData.Accuracy;

/** Groups of bars with 95 % intervals, and a dashed line where chance is. */
final class IntervalBars {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 330;
  private static final int LEFT = 46;
  private static final int TOP = 22;
  private static final int BOTTOM = 46;
  private static final int GAP = 34;

  /**
   * Bars of one colour, one in each group.
   *
   * @param style class of the style sheet that colours them
   * @param values by group; a group that is missing has no bar
   * @param labelled whether each bar carries its number
   */
  record Series(String name, String style, Map<String, Accuracy> values, boolean labelled) {}

  private IntervalBars() {}

  /**
   * @param groups in order, with what stands below them
   */
  static String svg(String description, Map<String, String> groups, List<Series> series) {
    Markup svg = new Markup();
    svg.raw(
        "<svg class=\"chart wide\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH, HEIGHT, Markup.escape(description));
    for (int percent = 0; percent <= 100; percent += 20) {
      double y = y(percent / 100.0);
      svg.raw(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH, y, y);
      svg.raw(
          "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d %%</text>",
          LEFT - 7, y + 4, percent);
    }
    double groupWidth = (WIDTH - LEFT) / (double) Math.max(1, groups.size());
    double barWidth = Math.min(30, (groupWidth - GAP) / Math.max(1, series.size()));
    double groupLeft = LEFT;
    for (Map.Entry<String, String> group : groups.entrySet()) {
      double inner = barWidth * series.size();
      double x = groupLeft + (groupWidth - inner) / 2;
      for (int i = 0; i < series.size(); i++) {
        Accuracy value = series.get(i).values().get(group.getKey());
        if (value != null) {
          bar(svg, series.get(i), group.getValue(), value, x + i * barWidth, barWidth);
        }
      }
      chance(svg, series, group.getKey(), x - 7, x + inner + 7);
      svg.raw(
          "<text class=\"group\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
          groupLeft + groupWidth / 2, HEIGHT - BOTTOM + 20);
      svg.text(group.getValue()).raw("</text>");
      series.stream()
          .map(s -> s.values().get(group.getKey()))
          .filter(v -> v != null && v.n() > 0)
          .findFirst()
          .ifPresent(new NumberBelow(svg, groupLeft + groupWidth / 2)::write);
      groupLeft += groupWidth;
    }
    return svg.raw("</svg>").toString();
  }

  private record NumberBelow(Markup svg, double x) {
    void write(Accuracy value) {
      svg.raw(
          "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">n = %d</text>",
          x, HEIGHT - BOTTOM + 36, value.n());
    }
  }

  private static void bar(
      Markup svg, Series series, String group, Accuracy value, double x, double width) {
    double center = x + width / 2;
    if (value.failed()) {
      svg.raw(
          "<text class=\"failed\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">failed",
          center, y(0) - 5);
      svg.raw("<title>")
          .text(series.name() + ", " + group + ": " + value.problem())
          .raw("</title></text>");
      return;
    }
    double top = y(value.accuracy());
    svg.raw(
        "<g><rect class=\"bar %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"/>",
        series.style(), x + 1.5, top, width - 3, Math.max(1, y(0) - top));
    if (value.high() > value.low()) {
      svg.raw(
          "<path class=\"whisker\" d=\"M%.1f %.1f V%.1f M%.1f %.1f h6 M%.1f %.1f h6\"/>",
          center,
          y(value.high()),
          y(value.low()),
          center - 3,
          y(value.high()),
          center - 3,
          y(value.low()));
    }
    if (series.labelled()) {
      svg.raw(
          "<text class=\"number\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.0f</text>",
          center, y(Math.max(value.high(), value.accuracy())) - 5, 100 * value.accuracy());
    }
    svg.raw("<title>")
        .text(series.name() + ", " + group + ": " + Words.accuracy(value))
        .raw("</title></g>");
  }

  private static void chance(
      Markup svg, List<Series> series, String group, double from, double to) {
    series.stream()
        .map(s -> s.values().get(group))
        .filter(v -> v != null && v.chance() > 0)
        .findFirst()
        .ifPresent(
            v ->
                svg.raw(
                    "<line class=\"chance\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"><title>chance: %.1f %%</title></line>",
                    from, to, y(v.chance()), y(v.chance()), 100 * v.chance()));
  }

  private static double y(double share) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
  }
}
