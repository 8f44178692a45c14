package parrot.jobs.evaluate;

import parrot.model.generate.GeneratedAnswer;

/**
 * What came of a query.
 *
 * @param text the answer, without white space around it; null if there is none
 * @param generated its tokens; null if there is none
 * @param problem why there is none; null if there is one
 */
public record Reply(String text, GeneratedAnswer generated, RuntimeException problem) {
  static Reply failed(RuntimeException problem) {
    return new Reply(null, null, problem);
  }
}
