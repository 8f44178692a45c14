package parrot.jobs.balance;

import java.util.ArrayList;
import java.util.List;
import parrot.model.network.ExpertLoad;

/**
 * The loads of a replica by stretches of its round. Experts that take turns at being flooded look
 * even over a whole round.
 */
public final class LoadStretches {
  private List<Double> before = List.of();
  private double violation;

  /**
   * Ends a stretch.
   *
   * @param load since the round began
   */
  public void end(ExpertLoad load) {
    List<Double> now = ExpertLoads.loads(load);
    List<Double> stretch = new ArrayList<>();
    for (int i = 0; i < now.size(); i++) {
      stretch.add(now.get(i) - (before.isEmpty() ? 0 : before.get(i)));
    }
    if (stretch.stream().anyMatch(one -> one > 0)) {
      violation = Math.max(violation, ExpertLoads.maxViolation(stretch));
    }
    before = now;
  }

  /** The largest of the stretches; 0 if no image was routed. */
  public double maxViolation() {
    return violation;
  }
}
