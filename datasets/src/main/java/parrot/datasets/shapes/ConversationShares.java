package parrot.datasets.shapes;

import parrot.datasets.DataException;

/**
 * Shares of the kinds of stage 2 conversations; any positive sum.
 *
 * @param shortAnswer a question about the image, answered in a word or two
 * @param sentence the same answered in a sentence
 * @param choice the same with options
 * @param severalTurns two to four questions about one image, with and without options
 * @param textOnly no image
 */
public record ConversationShares(
    double shortAnswer, double sentence, double choice, double severalTurns, double textOnly) {

  public static final ConversationShares DEFAULT =
      new ConversationShares(0.14, 0.08, 0.22, 0.48, 0.08);

  public ConversationShares {
    check(shortAnswer, sentence, choice, severalTurns, textOnly);
  }

  double[] weights() {
    return new double[] {shortAnswer, sentence, choice, severalTurns, textOnly};
  }

  static void check(double... shares) {
    double sum = 0;
    for (double share : shares) {
      if (!(share >= 0 && share < Double.POSITIVE_INFINITY)) {
        throw new DataException(
            "Invalid share: " + share + " (must be a finite number, not negative)");
      }
      sum += share;
    }
    if (!(sum > 0)) {
      throw new DataException("Invalid shares: all are 0 (must have a positive sum)");
    }
  }
}
