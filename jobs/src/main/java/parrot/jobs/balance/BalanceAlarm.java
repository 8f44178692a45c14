package parrot.jobs.balance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Warns of experts that get too much or too little; once for as long as it lasts. */
public final class BalanceAlarm {
  private final BalanceConfig config;
  private Set<String> ringing = Set.of();
  private Verdict last = Verdict.SHARED;

  public BalanceAlarm(BalanceConfig config) {
    this.config = config;
  }

  /** Warnings of a round that the round before did not give. */
  public List<String> after(BalanceReport report) {
    last = report.verdict();
    Map<String, String> warnings = warnings(report);
    List<String> news = new ArrayList<>();
    warnings.forEach(
        (what, line) -> {
          if (!ringing.contains(what)) {
            news.add("warning: " + line);
          }
        });
    ringing = Set.copyOf(warnings.keySet());
    return news;
  }

  /** A warning after the last round if the router has learned nothing until then. */
  public Optional<String> atEnd() {
    return last == Verdict.UNTRAINED
        ? Optional.of(
            "warning: the router is "
                + last.sentence()
                + ". Train the experts for longer, or with a higher optimizer.rates.experts")
        : Optional.empty();
  }

  private Map<String, String> warnings(BalanceReport report) {
    Map<String, String> warnings = new LinkedHashMap<>();
    if (report.maxViolation() > config.alarm().violation()) {
      warnings.put(
          "violation",
          String.format(
              Locale.ROOT,
              "the most loaded expert gets %.1f times its fair share (alarm above %.1f);"
                  + " the router is %s. %s",
              1 + report.maxViolation(),
              1 + config.alarm().violation(),
              report.verdict().sentence(),
              remedy(report)));
    }
    if (!report.deadExperts().isEmpty()) {
      warnings.put(
          "dead " + report.deadExperts(),
          String.format(
              Locale.ROOT,
              "%s less than %.0f %% of a fair share; the router is %s. %s",
              names(report.deadExperts()),
              100 * config.alarm().deadLoad(),
              report.verdict().sentence(),
              remedy(report)));
    }
    return warnings;
  }

  /** Experts by their number in tensor names. */
  private static String names(List<Integer> experts) {
    String numbers = experts.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return experts.size() == 1
        ? "expert " + numbers + " (counted from 0) gets"
        : "experts " + numbers + " (counted from 0) get";
  }

  private String remedy(BalanceReport report) {
    if (!report.bias().isEmpty()) {
      return config.bias().pace() > 0
          ? "If it lasts, raise balance.within_round above " + config.bias().pace()
          : "If it lasts, set balance.within_round, such as to " + BalanceConfig.USUAL_PACE;
    }
    return report.lossWeight() > 0
        ? "If it lasts, raise balance.max_loss_weight above " + config.loss().maxWeight()
        : "If it lasts, set balance.loss_weight, such as to 0.01";
  }
}
