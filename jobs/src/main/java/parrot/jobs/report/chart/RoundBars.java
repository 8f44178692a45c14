package parrot.jobs.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import parrot.jobs.metrics.RoundTimes.Phase;

/** A bar for each round: its height is the seconds it took, its colours are the phases. */
public final class RoundBars {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 250;
  private static final int LEFT = 46;
  private static final int TOP = 14;
  private static final int BOTTOM = 40;
  private static final int MOST_BARS = 250;
  private static final int WIDEST_BAR = 40;

  /**
   * One or several rounds in a row.
   *
   * @param seconds by phase, of a round on average
   */
  private record Bar(long first, long last, Map<Phase, Double> seconds) {
    double height() {
      return seconds.values().stream().mapToDouble(s -> s).sum();
    }

    String title() {
      String rounds = first == last ? "round " + first : "rounds " + first + " to " + last;
      return seconds.entrySet().stream()
          .map(one -> PhaseLabels.name(one.getKey()) + PhaseLabels.seconds(one.getValue()))
          .collect(Collectors.joining(", ", rounds + ": ", ""));
    }
  }

  private RoundBars() {}

  /**
   * @param rounds at least one
   */
  public static String svg(String description, List<TimedRound> rounds) {
    List<Bar> bars = bars(rounds);
    Ticks ys = Ticks.covering(0, bars.stream().mapToDouble(Bar::height).max().orElse(1), 4);
    Markup svg = new Markup();
    svg.raw(
        "<svg class=\"chart wide\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH, HEIGHT, Markup.escape(description));
    for (double tick : ys.values()) {
      double y = y(tick, ys);
      svg.raw(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH, y, y);
      svg.raw(
          "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 7, y + 4, ys.label(tick));
    }
    double pitch = (WIDTH - LEFT) / (double) bars.size();
    double width = Math.min(WIDEST_BAR, 0.8 * pitch);
    int every = (int) Math.ceil(bars.size() / 12.0);
    for (int i = 0; i < bars.size(); i++) {
      double center = LEFT + (i + 0.5) * pitch;
      bar(svg, bars.get(i), ys, center - width / 2, width);
      if (i % every == 0) {
        svg.raw(
            "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>",
            center, HEIGHT - BOTTOM + 17, bars.get(i).first());
      }
    }
    svg.raw(
        "<text class=\"axis-name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">round</text>",
        WIDTH, HEIGHT - 5);
    return svg.raw("</svg>").toString();
  }

  private static void bar(Markup svg, Bar bar, Ticks ys, double x, double width) {
    svg.raw("<g><title>").text(bar.title()).raw("</title>");
    double below = 0;
    for (Map.Entry<Phase, Double> phase : bar.seconds().entrySet()) {
      double top = y(below + phase.getValue(), ys);
      svg.raw(
          "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
          PhaseLabels.style(phase.getKey()), x, top, width, y(below, ys) - top);
      below += phase.getValue();
    }
    svg.raw("</g>");
  }

  private static List<Bar> bars(List<TimedRound> rounds) {
    int each = (rounds.size() + MOST_BARS - 1) / MOST_BARS;
    List<Bar> bars = new ArrayList<>();
    for (int from = 0; from < rounds.size(); from += each) {
      List<TimedRound> some = rounds.subList(from, Math.min(from + each, rounds.size()));
      bars.add(
          new Bar(
              some.get(0).number(),
              some.get(some.size() - 1).number(),
              TimedRound.meanSeconds(some)));
    }
    return bars;
  }

  private static double y(double seconds, Ticks ys) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * seconds / ys.high();
  }
}
