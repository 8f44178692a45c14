package parrot.jobs.checkpoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Where moments lie in a checkpoint and where a run that goes on from it wants them. Moments of
 * parameters that learn alike lie together, first ones before second ones, so other learning rates
 * of parts may put them in another order.
 *
 * @param stored numbers of parameters that learned alike, in their order
 * @param present those that learn alike from now on
 */
public record MomentOrder(List<Long> stored, List<Long> present) implements Serializable {
  public MomentOrder {
    stored = List.copyOf(stored);
    present = List.copyOf(present);
  }

  /** The order stays. */
  public static MomentOrder unchanged(long parameters) {
    return new MomentOrder(List.of(parameters), List.of(parameters));
  }

  /**
   * Moments that lie together in both.
   *
   * @param present place of the first one now
   * @param stored its place in the checkpoint
   */
  record Run(long present, long stored, long length) {}

  /** Runs that cover all moments, in the present order. */
  List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    long begin = 0;
    for (long length : present) {
      for (int kind = 0; kind < 2; kind++) {
        long storedBegin = 0;
        for (long storedLength : stored) {
          long from = Math.max(begin, storedBegin);
          long to = Math.min(begin + length, storedBegin + storedLength);
          if (from < to) {
            runs.add(
                new Run(
                    begin + kind * length + from,
                    storedBegin + kind * storedLength + from,
                    to - from));
          }
          storedBegin += storedLength;
        }
      }
      begin += length;
    }
    return runs;
  }
}
