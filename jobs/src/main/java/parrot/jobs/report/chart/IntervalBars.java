package parrot.jobs.report.chart;

import java.util.List;
import java.util.Map;

/** Shares as groups of bars with intervals, and a dashed line at what chance gives. */
public final class IntervalBars {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 330;
  private static final int LEFT = 46;
  private static final int TOP = 22;
  private static final int BOTTOM = 46;
  private static final int GAP = 34;

  /**
   * A share with its interval.
   *
   * @param text what a reader sees who points at the bar
   * @param failed whether there is no value; the text says why
   */
  public record Bar(double share, double low, double high, String text, boolean failed) {}

  /**
   * Bars of one colour, at most one in each group.
   *
   * @param style class of the style sheet that colours them
   * @param bars by key of their group
   * @param labelled whether each bar carries its number
   */
  public record Series(String name, String style, Map<String, Bar> bars, boolean labelled) {}

  /**
   * Bars beside each other.
   *
   * @param name what stands below them
   * @param n questions, which stands there too; 0 if unknown
   * @param chance share that guessing gives; 0 if unknown
   */
  public record Group(String key, String name, long n, double chance) {}

  private IntervalBars() {}

  /** The chart, groups and series in their order. */
  public static String svg(String description, List<Group> groups, List<Series> series) {
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
    for (Group group : groups) {
      double inner = barWidth * series.size();
      double center = groupLeft + groupWidth / 2;
      double x = center - inner / 2;
      for (int i = 0; i < series.size(); i++) {
        Bar bar = series.get(i).bars().get(group.key());
        if (bar != null) {
          bar(svg, series.get(i), group.name(), bar, x + i * barWidth, barWidth);
        }
      }
      if (group.chance() > 0) {
        chance(svg, group.chance(), x - 7, x + inner + 7);
      }
      below(svg, group, center);
      groupLeft += groupWidth;
    }
    return svg.raw("</svg>").toString();
  }

  private static void below(Markup svg, Group group, double center) {
    svg.raw(
        "<text class=\"group\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
        center, HEIGHT - BOTTOM + 20);
    svg.text(group.name()).raw("</text>");
    if (group.n() > 0) {
      svg.raw(
          "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">n = %d</text>",
          center, HEIGHT - BOTTOM + 36, group.n());
    }
  }

  private static void bar(
      Markup svg, Series series, String group, Bar value, double x, double width) {
    double center = x + width / 2;
    if (value.failed()) {
      svg.raw(
          "<text class=\"failed\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">failed",
          center, y(0) - 5);
      svg.raw("<title>")
          .text(series.name() + ", " + group + ": " + value.text())
          .raw("</title></text>");
      return;
    }
    double top = y(value.share());
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
          center, y(Math.max(value.high(), value.share())) - 5, 100 * value.share());
    }
    svg.raw("<title>").text(series.name() + ", " + group + ": " + value.text()).raw("</title></g>");
  }

  private static void chance(Markup svg, double chance, double from, double to) {
    svg.raw(
        "<line class=\"chance\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"><title>chance: %.1f %%</title></line>",
        from, to, y(chance), y(chance), 100 * chance);
  }

  private static double y(double share) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
  }
}
