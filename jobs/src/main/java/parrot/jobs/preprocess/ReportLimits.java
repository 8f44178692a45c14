package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.List;

/**
 * What a run must not have counted to be published.
 *
 * @param maxRejected share of rejected rows beyond which it fails
 * @param alarms further conditions on which it fails
 */
public record ReportLimits(double maxRejected, List<ReportAlarm> alarms) implements Serializable {
  public ReportLimits {
    alarms = List.copyOf(alarms);
  }

  /** Of rejected rows alone. */
  public static ReportLimits of(double maxRejected) {
    return new ReportLimits(maxRejected, List.of());
  }
}
