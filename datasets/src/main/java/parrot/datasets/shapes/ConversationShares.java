package parrot.datasets.shapes;

import parrot.datasets.DataException;

/** Shares of the kinds of stage 2 conversations; any positive sum. */
public record ConversationShares(
    double shortAnswer, double sentence, double choice, double twoTurns, double textOnly) {

  public static final ConversationShares DEFAULT =
      new ConversationShares(0.30, 0.12, 0.38, 0.12, 0.08);

  public ConversationShares {
    check(shortAnswer, sentence, choice, twoTurns, textOnly);
  }

  double[] weights() {
    return new double[] {shortAnswer, sentence, choice, twoTurns, textOnly};
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
