package parrot.jobs.train;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import parrot.jobs.metrics.MetricsLine;

/** Held-out losses of a run by round, as far as they were measured on the same rows. */
final class HeldOutLosses {
  private final NavigableMap<Integer, Double> byRound = new TreeMap<>();

  /**
   * Those of a run that goes on.
   *
   * @param since the round after which the rows were last changed; 0 if they never were
   */
  static HeldOutLosses of(List<MetricsLine> lines, int since) {
    HeldOutLosses losses = new HeldOutLosses();
    lines.stream()
        .filter(line -> since == 0 || line.progress().round() > since)
        .forEach(line -> losses.add(line.progress().round(), line.heldOutLoss()));
    return losses;
  }

  /** Adds a loss; one that is not finite says nothing. */
  void add(int round, double loss) {
    if (Double.isFinite(loss)) {
      byRound.put(round, loss);
    }
  }

  /** The rounds with the lowest losses among these, best first; of equal ones the earlier. */
  List<Integer> best(int count, Set<Integer> among) {
    return byRound.entrySet().stream()
        .filter(entry -> among.contains(entry.getKey()))
        .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
        .limit(count)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Loss and round in words; empty if the round was not measured. */
  Optional<String> describe(int round) {
    return Optional.ofNullable(byRound.get(round))
        .map(loss -> String.format(Locale.ROOT, "%.4f after round %d", loss, round));
  }

  /** Why the run ends early, as a sentence; empty if it does not. */
  Optional<String> exhausted(int patience) {
    List<Integer> best = best(1, byRound.keySet());
    if (best.isEmpty()) {
      return Optional.empty();
    }
    int measured = byRound.tailMap(best.get(0), false).size();
    return measured < patience
        ? Optional.empty()
        : Optional.of(
            "Stopped early: "
                + measured
                + (measured == 1 ? " measurement" : " measurements")
                + " without a lower held-out loss than "
                + describe(best.get(0)).orElseThrow()
                + " (stop.patience)");
  }
}
