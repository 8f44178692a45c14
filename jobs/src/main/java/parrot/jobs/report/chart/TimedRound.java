package parrot.jobs.report.chart;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;

/** A round by its number, and when it did what. */
public record TimedRound(long number, RoundTimes times) {

  /** Mean seconds that a round spends in each phase. */
  public static Map<Phase, Double> meanSeconds(List<TimedRound> rounds) {
    Map<Phase, Double> means = new EnumMap<>(Phase.class);
    for (TimedRound round : rounds) {
      round
          .times()
          .seconds()
          .forEach((phase, s) -> means.merge(phase, s / rounds.size(), Double::sum));
    }
    return means;
  }

  /** Mean seconds that a replica waits for the slowest one. */
  public double meanWaiting() {
    return times.waiting() / Math.max(1, times.replicas().size());
  }
}
