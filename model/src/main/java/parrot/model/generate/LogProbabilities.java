package parrot.model.generate;

import java.util.Arrays;

/** Natural logarithms of the probabilities that a model gives tokens. */
public final class LogProbabilities {
  private LogProbabilities() {}

  /**
   * @param logits by id, at least of the vocabulary
   * @param vocabulary ids that can be chosen are below it
   */
  public static float of(float[] logits, int vocabulary, int token) {
    double largest = logits[0];
    for (int id = 1; id < vocabulary; id++) {
      largest = Math.max(largest, logits[id]);
    }
    double sum = 0;
    for (int id = 0; id < vocabulary; id++) {
      sum += Math.exp(logits[id] - largest);
    }
    return (float) (logits[token] - largest - Math.log(sum));
  }

  /**
   * The likeliest ids, likeliest first, the lowest first among equals.
   *
   * @return as many as asked for, or the vocabulary if that is less
   */
  public static int[] likeliest(float[] logits, int vocabulary, int count) {
    int[] best = new int[Math.min(count, vocabulary)];
    int found = 0;
    for (int id = 0; id < vocabulary && best.length > 0; id++) {
      int at = found;
      while (at > 0 && logits[id] > logits[best[at - 1]]) {
        at--;
      }
      if (at < best.length) {
        found = Math.min(found + 1, best.length);
        System.arraycopy(best, at, best, at + 1, found - at - 1);
        best[at] = id;
      }
    }
    return Arrays.copyOf(best, found);
  }
}
