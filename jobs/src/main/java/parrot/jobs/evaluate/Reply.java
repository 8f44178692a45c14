package parrot.jobs.evaluate;

import parrot.model.generate.GeneratedAnswer;
import parrot.model.kernel.LostDeviceException;

/**
 * What came of a query.
 *
 * @param text the answer, without white space around it; null if there is none
 * @param generated its tokens; null if there is none
 * @param problem why there is none; null if there is one
 */
public record Reply(String text, GeneratedAnswer generated, RuntimeException problem) {
  /**
   * @throws LostDeviceException if that is the problem: no other query would fare better
   */
  static Reply failed(RuntimeException problem) {
    if (problem instanceof LostDeviceException lost) {
      throw lost;
    }
    return new Reply(null, null, problem);
  }
}
