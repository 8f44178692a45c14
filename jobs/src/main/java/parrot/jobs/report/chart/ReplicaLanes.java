package parrot.jobs.report.chart;

import java.util.List;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Replica;
import parrot.jobs.metrics.RoundTimes.Span;

/** Rounds in a row over time: a lane for the driver and one for each replica. */
public final class ReplicaLanes {
  private static final int WIDTH = 1000;
  private static final int LEFT = 84;
  private static final int TOP = 22;
  private static final int BOTTOM = 40;
  private static final int LANE = 26;
  private static final int BAR = 18;

  /** More lanes than this could not be read. */
  public static final int MOST_REPLICAS = 32;

  private final List<TimedRound> rounds;
  private final int replicas;
  private final double seconds;
  private final Markup svg = new Markup();

  private ReplicaLanes(List<TimedRound> rounds) {
    this.rounds = rounds;
    int highest =
        rounds.stream()
            .flatMap(round -> round.times().replicas().stream())
            .mapToInt(Replica::number)
            .max()
            .orElse(-1);
    this.replicas = Math.min(MOST_REPLICAS, highest + 1);
    this.seconds = rounds.stream().mapToDouble(round -> length(round.times())).sum();
  }

  /** The chart. Time between two rounds, as from a run's end to its resumption, is left out. */
  public static String svg(String description, List<TimedRound> rounds) {
    return new ReplicaLanes(rounds).draw(description);
  }

  private String draw(String description) {
    int height = TOP + LANE * (replicas + 1) + BOTTOM;
    svg.raw(
        "<svg class=\"chart wide\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH, height, Markup.escape(description));
    axis(height);
    label(0, "driver");
    for (int i = 0; i < replicas; i++) {
      label(i + 1, "replica " + i);
    }
    double begin = 0;
    for (TimedRound round : rounds) {
      round(round, begin, height);
      begin += length(round.times());
    }
    return svg.raw("</svg>").toString();
  }

  private void axis(int height) {
    Ticks xs = Ticks.covering(0, seconds, 8);
    for (double tick : xs.values()) {
      if (tick <= seconds * 1.0001) {
        svg.raw(
            "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            x(tick), height - BOTTOM + 17, xs.label(tick));
      }
    }
    svg.raw(
        "<text class=\"axis-name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">seconds</text>",
        WIDTH, height - 5);
  }

  private void label(int lane, String name) {
    svg.raw(
        "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        LEFT - 9, top(lane) + BAR - 4, name);
  }

  private void round(TimedRound round, double begin, int height) {
    svg.raw(
        "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
        x(begin), x(begin), TOP - 8, height - BOTTOM);
    svg.raw("<text class=\"tick\" x=\"%.1f\" y=\"%d\">", x(begin) + 3, TOP - 9);
    svg.text("round " + round.number()).raw("</text>");
    RoundTimes times = round.times();
    for (Span span : times.spans()) {
      String title = "round " + round.number() + ", " + PhaseLabels.name(span.phase());
      bar(0, PhaseLabels.style(span.phase()), begin + span.start(), span.seconds(), title);
    }
    double last =
        times.replicas().stream().mapToDouble(one -> one.start() + one.seconds()).max().orElse(0);
    for (Replica replica : times.replicas()) {
      if (replica.number() < replicas) {
        String title =
            "round %d, replica %d on executor %s of %s"
                .formatted(round.number(), replica.number(), replica.executor(), replica.host());
        int lane = replica.number() + 1;
        double end = replica.start() + replica.seconds();
        bar(
            lane,
            PhaseLabels.style(Phase.COMPUTE),
            begin + replica.start(),
            replica.seconds(),
            title);
        bar(lane, "phase waiting", begin + end, last - end, title + ", done");
      }
    }
  }

  private void bar(int lane, String style, double from, double length, String title) {
    svg.raw(
        "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>",
        style, x(from), top(lane), Math.max(0, x(from + length) - x(from)), BAR);
    svg.text(title + PhaseLabels.seconds(length)).raw("</title></rect>");
  }

  private static int top(int lane) {
    return TOP + LANE * lane + (LANE - BAR) / 2;
  }

  private double x(double at) {
    return LEFT + (WIDTH - LEFT) * (seconds > 0 ? at / seconds : 0);
  }

  private static double length(RoundTimes times) {
    double replicas =
        times.replicas().stream().mapToDouble(one -> one.start() + one.seconds()).max().orElse(0);
    return Math.max(times.end(), replicas);
  }
}
