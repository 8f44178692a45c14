package parrot.jobs.report.chart;

import java.util.Locale;
import parrot.jobs.metrics.RoundTimes.Phase;

/** How charts and legends name and colour the phases of a round. */
public final class PhaseLabels {
  private PhaseLabels() {}

  /** The name that readers see. */
  public static String name(Phase phase) {
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
  public static String style(Phase phase) {
    return "phase " + phase.key().replace('_', '-');
  }

  /** Seconds with their unit, after a space. */
  public static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 1 ? " %.3f s" : " %.2f s", seconds);
  }
}
