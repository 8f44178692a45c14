package parrot.jobs.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.model.config.StrictMap;

/**
 * Which checkpoints of a run are evaluated.
 *
 * @param every steps between two of them; 0 for all, {@link #LAST} for the last one alone
 */
record CheckpointChoice(int every) {
  private static final int LAST = -1;
  private static final Pattern EVERY = Pattern.compile("every ([1-9]\\d{0,8})");

  /** Reads {@code all}, {@code last} or {@code every N}, which counts steps. */
  static CheckpointChoice of(StrictMap map, String text) {
    Matcher every = EVERY.matcher(text);
    if (every.matches()) {
      return new CheckpointChoice(Integer.parseInt(every.group(1)));
    }
    return switch (text) {
      case "all" -> new CheckpointChoice(0);
      case "last" -> new CheckpointChoice(LAST);
      default ->
          throw map.invalid("checkpoints", text, "all, last, or every N steps, such as every 500");
    };
  }

  /**
   * The places of those that are evaluated: the first at or after each multiple of the interval,
   * and the last.
   *
   * @param steps of the checkpoints, rising
   */
  List<Integer> of(List<Integer> steps) {
    List<Integer> chosen = new ArrayList<>();
    long next = 0;
    for (int i = 0; i < steps.size(); i++) {
      boolean due = every == 0 || every > 0 && steps.get(i) >= next;
      if (due || i == steps.size() - 1) {
        chosen.add(i);
        next = every > 0 ? (steps.get(i) / (long) every + 1) * every : 0;
      }
    }
    return chosen;
  }
}
