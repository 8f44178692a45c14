package parrot.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.report.ReportData.Comparison;
import parrot.jobs.report.ReportData.Stage;
import parrot.jobs.report.chart.HeatMap;
import parrot.jobs.report.chart.LineChart.Series;
import parrot.jobs.report.chart.Markup;

/** Which expert sees which language, at the end and over time, and what to make of it. */
final class ExpertSection {
  private final List<Stage> stages;

  ExpertSection(ReportData data) {
    this.stages = data.stages().stream().filter(stage -> !lastRouting(stage).isEmpty()).toList();
  }

  boolean isEmpty() {
    return stages.isEmpty();
  }

  void write(Markup html) {
    html.raw("<section id=\"experts\">").element("h2", "Experts by language");
    html.element(
        "p",
        "class=\"note\"",
        "The mean weight that the router gives each expert, by the language of the question. Rows "
            + "that differ show experts that specialise by language; equal rows that favour one "
            + "expert show a router that has collapsed.");
    for (Stage stage : stages) {
      Optional<BalanceReport> last = lastBalance(stage);
      last.ifPresent(balance -> verdict(html, stage, balance));
      heatMap(html, stage);
      last.ifPresent(balance -> overTime(html, stage, balance));
    }
    html.raw("</section>");
  }

  /** What the experts of the last stage did, and what they changed, in one paragraph. */
  void summary(Markup html, List<Comparison> comparisons) {
    for (int i = stages.size() - 1; i >= 0; i--) {
      Optional<BalanceReport> last = lastBalance(stages.get(i));
      if (last.isPresent()) {
        String changed =
            comparisons.stream()
                .filter(one -> one.language().equals("all"))
                .map(ExpertSection::difference)
                .findFirst()
                .orElse("");
        html.element(
            "p", "The experts: the router is " + last.get().verdict().sentence() + "." + changed);
        return;
      }
    }
  }

  private static String difference(Comparison one) {
    return String.format(
        Locale.ROOT,
        " Accuracy %s differs from that %s by %s points (95 %% interval %s to %s): %s.",
        one.name(),
        one.than(),
        ComparisonTable.signed(one.difference()),
        ComparisonTable.signed(one.low()),
        ComparisonTable.signed(one.high()),
        one.verdict());
  }

  private static Optional<BalanceReport> lastBalance(Stage stage) {
    return stage.rounds().stream().flatMap(round -> round.balance().stream()).reduce((a, b) -> b);
  }

  private static void verdict(Markup html, Stage stage, BalanceReport balance) {
    html.element(
        "p",
        String.format(
            Locale.ROOT,
            "%s: in the last round, the router is %s. The most loaded expert gets %.2f times its"
                + " fair share, the least loaded %.2f of what that one gets. %s is spread least evenly:"
                + " its most loaded expert gets %.2f times a fair share of it. Of all that the language could say about the expert, it says"
                + " %.0f %%.",
            stage.name(),
            balance.verdict().sentence(),
            1 + balance.maxViolation(),
            balance.leastOverMost(),
            Words.language(balance.leastEvenLanguage()),
            1 + balance.maxViolation(balance.leastEvenLanguage()),
            100 * balance.information()));
  }

  private static void heatMap(Markup html, Stage stage) {
    Map<String, List<Double>> routing = lastRouting(stage);
    int experts = routing.values().iterator().next().size();
    List<String> columns = IntStream.range(0, experts).mapToObj(ExpertSection::name).toList();
    Map<String, List<Double>> rows = new LinkedHashMap<>();
    routing.forEach((tag, weights) -> rows.put(Words.language(tag), weights));
    double largest =
        routing.values().stream().flatMap(List::stream).mapToDouble(w -> w).max().orElse(1);
    html.raw("<figure class=\"chart-frame scroll\"><figcaption>").element("b", stage.name());
    html.text(", last round").raw("</figcaption>");
    html.raw(HeatMap.svg("Weight of experts by language", columns, rows, Math.max(largest, 0.5)));
    html.raw("</figure>");
  }

  private static String name(int expert) {
    return "expert " + (expert + 1);
  }

  private static void overTime(Markup html, Stage stage, BalanceReport last) {
    html.element("h3", stage.name() + ": load of the experts over time");
    html.raw("<div class=\"charts\">");
    CurveFigure.write(
        html,
        "Maximum violation",
        "load of the most loaded expert over its fair share, less 1",
        List.of(
            series("round", "c0", stage, BalanceReport::maxViolation),
            series("worst quarter", "c3", stage, BalanceReport::maxViolationWithin),
            series("run", "ink", stage, BalanceReport::maxViolationRun)));
    CurveFigure.write(
        html,
        "Inequality",
        "Gini coefficient of the loads, and the smallest load over the largest",
        List.of(
            series("gini", "c1", stage, BalanceReport::gini),
            series("least / most", "c2", stage, BalanceReport::leastOverMost)));
    CurveFigure.write(
        html,
        "Choice",
        "entropy of the router over its largest, and what the language says about the expert",
        List.of(
            series("entropy", "c1", stage, balance -> balance.entropy() / Math.log(width(last))),
            series("language", "c2", stage, BalanceReport::information)));
    if (Double.isFinite(last.zLoss())) {
      CurveFigure.write(
          html,
          "Size of the router's logits",
          "mean square of their log-sum-exp, before balance.z_loss weighs it",
          List.of(series("z-loss", "c1", stage, BalanceReport::zLoss)));
    }
    CurveFigure.write(
        html,
        "Redundancy",
        "cosine between what two experts make of the same held-out token, root mean square: 1 if"
            + " they do the same",
        List.of(
            new Series("held out", "c1", CurveFigure.points(stage, ExpertSection::redundancy))));
    for (String tag : languages(stage)) {
      List<Series> experts = new ArrayList<>();
      for (int i = 0; i < width(last); i++) {
        int expert = i;
        experts.add(
            series(name(i), CurveFigure.colour(i), stage, balance -> share(balance, tag, expert)));
      }
      CurveFigure.write(html, Words.language(tag), "share of its load by expert", experts);
    }
    html.raw("</div>");
  }

  private static double redundancy(MetricsLine round) {
    return round.heldOut().map(MetricsLine.HeldOut::redundancy).orElse(Double.NaN);
  }

  private static int width(BalanceReport balance) {
    return balance.matrix().values().stream().mapToInt(List::size).max().orElse(1);
  }

  private static Set<String> languages(Stage stage) {
    Set<String> tags = new LinkedHashSet<>();
    stage
        .rounds()
        .forEach(round -> round.balance().ifPresent(b -> tags.addAll(b.matrix().keySet())));
    return tags;
  }

  private static double share(BalanceReport balance, String tag, int expert) {
    List<Double> row = balance.matrix().getOrDefault(tag, List.of());
    return expert < row.size() ? row.get(expert) : Double.NaN;
  }

  private static Series series(
      String name, String style, Stage stage, ToDoubleFunction<BalanceReport> value) {
    ToDoubleFunction<MetricsLine> ofRound =
        round -> round.balance().map(value::applyAsDouble).orElse(Double.NaN);
    return new Series(name, style, CurveFigure.points(stage, ofRound));
  }

  private static Map<String, List<Double>> lastRouting(Stage stage) {
    for (int i = stage.rounds().size() - 1; i >= 0; i--) {
      if (!stage.rounds().get(i).routing().isEmpty()) {
        return stage.rounds().get(i).routing();
      }
    }
    return Map.of();
  }
}
