package parrot.benchmarks.study;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long steps of a name take, and so how long those that are left will. */
final class Pace {
  private final Map<String, List<Double>> seconds = new HashMap<>(); // by name

  void took(Step step, double time) {
    seconds.computeIfAbsent(step.name(), name -> new ArrayList<>()).add(time);
  }

  /** In words; at least, as long as steps of some name have not been seen. */
  String left(List<Step> steps, int atOnce) {
    double sum = 0;
    boolean all = true;
    for (Step step : steps) {
      List<Double> times = seconds.getOrDefault(step.name(), List.of());
      all &= !times.isEmpty();
      sum += times.isEmpty() ? 0 : times.stream().sorted().toList().get(times.size() / 2);
    }
    if (sum == 0) {
      return "time left not known yet";
    }
    Duration left = Duration.ofSeconds(Math.round(sum / atOnce));
    return (all ? "" : "at least ")
        + (left.toHours() > 0 ? left.toHours() + " h " : "")
        + (left.toMinutes() > 0 ? left.toMinutesPart() + " min" : left.toSeconds() + " s")
        + " left";
  }
}
