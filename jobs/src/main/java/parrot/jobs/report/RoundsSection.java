package parrot.jobs.report;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.report.LineChart.Series;
import parrot.jobs.report.ReportData.Round;
import parrot.jobs.report.ReportData.Stage;

/** Where the time of rounds went, who waited for whom, and what was sent. */
final class RoundsSection {
  private static final int DETAILED = 3;
  private static final double MIB = 1 << 20;

  /** A round that says what it did when. */
  record Timed(long number, RoundTimes phases) {}

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
      List<Timed> rounds = timed(stage);
      html.element("h3", stage.name()).element("p", summary(rounds));
      legend(html, rounds);
      figure(html, "Seconds by round", RoundBars.svg("Seconds by round and phase", rounds));
      List<Timed> last = rounds.subList(Math.max(0, rounds.size() - DETAILED), rounds.size());
      figure(html, detail(last), ReplicaLanes.svg("The last rounds by replica over time", last));
      charts(html, stage);
    }
    html.raw("</section>");
  }

  private static void figure(Markup html, String title, String svg) {
    html.raw("<figure class=\"chart-frame scroll\"><figcaption>").element("b", title);
    html.raw("</figcaption>").raw(svg).raw("</figure>");
  }

  private static String detail(List<Timed> last) {
    int replicas = last.stream().mapToInt(one -> one.phases().replicas().size()).max().orElse(0);
    String rounds = last.size() == 1 ? "The last round" : "The last " + last.size() + " rounds";
    return replicas > ReplicaLanes.MOST_REPLICAS
        ? "%s, the first %d of %d replicas".formatted(rounds, ReplicaLanes.MOST_REPLICAS, replicas)
        : rounds;
  }

  private static String summary(List<Timed> rounds) {
    Map<Phase, Double> seconds = meanSeconds(rounds);
    double all = seconds.values().stream().mapToDouble(s -> s).sum();
    double whole = all > 0 ? all : 1;
    String parts =
        seconds.entrySet().stream()
            .map(
                one ->
                    name(one.getKey())
                        + seconds(one.getValue())
                        + String.format(Locale.ROOT, " (%.0f %%)", 100 * one.getValue() / whole))
            .collect(Collectors.joining(", "));
    double waiting = rounds.stream().mapToDouble(RoundsSection::meanWaiting).average().orElse(0);
    return "A round takes%s on average: %s. A replica waits%s for the slowest."
        .formatted(seconds(all), parts, seconds(waiting));
  }

  private static void legend(Markup html, List<Timed> rounds) {
    html.raw("<div class=\"legend\">");
    for (Phase phase : meanSeconds(rounds).keySet()) {
      html.raw("<span><i class=\"swatch %s\"></i>", style(phase)).text(name(phase)).raw("</span>");
    }
    html.raw("<span><i class=\"swatch phase waiting\"></i>waiting for others</span></div>");
  }

  private static void charts(Markup html, Stage stage) {
    html.raw("<div class=\"charts\">");
    StageCharts.write(
        html,
        "Exchange",
        "MiB of a round, out to replicas and in from them",
        List.of(
            new Series("out", "c0", StageCharts.points(stage, r -> mib(r, true))),
            new Series("in", "c1", StageCharts.points(stage, r -> mib(r, false)))));
    StageCharts.write(
        html,
        "Waiting",
        "seconds that a replica waits for the slowest, mean of a round",
        List.of(
            new Series(
                "waiting",
                "c5",
                StageCharts.points(
                    stage,
                    round ->
                        round
                            .phases()
                            .map(phases -> meanWaiting(new Timed(round.number(), phases)))
                            .orElse(Double.NaN)))));
    html.raw("</div>");
  }

  private static double mib(Round round, boolean out) {
    return round
        .phases()
        .map(phases -> (out ? phases.bytesOut() : phases.bytesIn()) / MIB)
        .orElse(Double.NaN);
  }

  private static double meanWaiting(Timed round) {
    return round.phases().waiting() / Math.max(1, round.phases().replicas().size());
  }

  private static List<Timed> timed(Stage stage) {
    return stage.rounds().stream()
        .flatMap(round -> round.phases().stream().map(phases -> new Timed(round.number(), phases)))
        .toList();
  }

  /** Seconds by phase of a round on average. */
  static Map<Phase, Double> meanSeconds(List<Timed> rounds) {
    Map<Phase, Double> sums = new EnumMap<>(Phase.class);
    for (Timed round : rounds) {
      round
          .phases()
          .seconds()
          .forEach((phase, s) -> sums.merge(phase, s / rounds.size(), Double::sum));
    }
    return sums;
  }

  static String name(Phase phase) {
    return switch (phase) {
      case PLAN -> "plan";
      case COMPUTE -> "compute";
      case EXCHANGE -> "exchange";
      case OUTER_STEP -> "outer step";
      case CHECKPOINT -> "checkpoint";
      case HELD_OUT -> "held-out losses";
    };
  }

  /** Classes of the style sheet. */
  static String style(Phase phase) {
    return "phase " + phase.key().replace('_', '-');
  }

  /** With a blank before it. */
  static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 1 ? " %.3f s" : " %.2f s", seconds);
  }
}
