package parrot.jobs.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.report.ReportData.Stage;
import parrot.jobs.report.chart.LineChart.Series;
import parrot.jobs.report.chart.Markup;
import parrot.jobs.report.chart.PhaseLabels;
import parrot.jobs.report.chart.ReplicaLanes;
import parrot.jobs.report.chart.RoundBars;
import parrot.jobs.report.chart.TimedRound;

/** How long each phase of a round took, how long replicas waited, and how much was sent. */
final class RoundsSection {
  private static final int DETAILED = 3;
  private static final double MIB = 1 << 20;

  private final List<Stage> stages;

  RoundsSection(ReportData data) {
    this.stages = data.stages().stream().filter(stage -> !timed(stage).isEmpty()).toList();
  }

  boolean isEmpty() {
    return stages.isEmpty();
  }

  void write(Markup html) {
    html.raw("<section id=\"rounds\">").element("h2", "Rounds");
    html.element(
        "p",
        "class=\"note\"",
        "A round: the driver plans, replicas learn on executors (compute), their differences are"
            + " averaged (exchange), and the outer step makes the next state of them.");
    for (Stage stage : stages) {
      List<TimedRound> rounds = timed(stage);
      html.element("h3", stage.name()).element("p", summary(rounds));
      legend(html, rounds);
      figure(html, "Seconds by round", RoundBars.svg("Seconds by round and phase", rounds));
      List<TimedRound> last = rounds.subList(Math.max(0, rounds.size() - DETAILED), rounds.size());
      figure(html, detail(last), ReplicaLanes.svg("The last rounds by replica over time", last));
      charts(html, stage);
    }
    html.raw("</section>");
  }

  private static void figure(Markup html, String title, String svg) {
    html.raw("<figure class=\"chart-frame scroll\"><figcaption>").element("b", title);
    html.raw("</figcaption>").raw(svg).raw("</figure>");
  }

  private static String detail(List<TimedRound> last) {
    int replicas = last.stream().mapToInt(one -> one.times().replicas().size()).max().orElse(0);
    String rounds = last.size() == 1 ? "The last round" : "The last " + last.size() + " rounds";
    return replicas > ReplicaLanes.MOST_REPLICAS
        ? "%s, the first %d of %d replicas".formatted(rounds, ReplicaLanes.MOST_REPLICAS, replicas)
        : rounds;
  }

  private static String summary(List<TimedRound> rounds) {
    Map<Phase, Double> seconds = TimedRound.meanSeconds(rounds);
    double all = seconds.values().stream().mapToDouble(s -> s).sum();
    double whole = all > 0 ? all : 1;
    String parts =
        seconds.entrySet().stream()
            .map(
                one ->
                    PhaseLabels.name(one.getKey())
                        + PhaseLabels.seconds(one.getValue())
                        + String.format(Locale.ROOT, " (%.0f %%)", 100 * one.getValue() / whole))
            .collect(Collectors.joining(", "));
    double waiting = rounds.stream().mapToDouble(TimedRound::meanWaiting).average().orElse(0);
    return "A round takes%s on average: %s. A replica waits%s for the slowest."
        .formatted(PhaseLabels.seconds(all), parts, PhaseLabels.seconds(waiting));
  }

  private static void legend(Markup html, List<TimedRound> rounds) {
    html.raw("<div class=\"legend\">");
    for (Phase phase : TimedRound.meanSeconds(rounds).keySet()) {
      html.raw("<span><i class=\"swatch %s\"></i>", PhaseLabels.style(phase))
          .text(PhaseLabels.name(phase))
          .raw("</span>");
    }
    html.raw("<span><i class=\"swatch phase waiting\"></i>waiting for others</span></div>");
  }

  private static void charts(Markup html, Stage stage) {
    html.raw("<div class=\"charts\">");
    CurveFigure.write(
        html,
        "Exchange",
        "MiB of a round, out to replicas and in from them",
        List.of(
            new Series("out", "c0", CurveFigure.points(stage, r -> mib(r, true))),
            new Series("in", "c1", CurveFigure.points(stage, r -> mib(r, false)))));
    CurveFigure.write(
        html,
        "Waiting",
        "seconds that a replica waits for the slowest, mean of a round",
        List.of(
            new Series(
                "waiting",
                "c5",
                CurveFigure.points(
                    stage,
                    round ->
                        round
                            .times()
                            .map(
                                phases ->
                                    new TimedRound(round.progress().round(), phases).meanWaiting())
                            .orElse(Double.NaN)))));
    html.raw("</div>");
  }

  private static double mib(MetricsLine round, boolean out) {
    return round
        .times()
        .map(phases -> (out ? phases.bytesOut() : phases.bytesIn()) / MIB)
        .orElse(Double.NaN);
  }

  private static List<TimedRound> timed(Stage stage) {
    return stage.rounds().stream()
        .flatMap(
            round ->
                round.times().stream()
                    .map(phases -> new TimedRound(round.progress().round(), phases)))
        .toList();
  }
}
