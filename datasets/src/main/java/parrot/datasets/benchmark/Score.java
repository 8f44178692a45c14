package parrot.datasets.benchmark;

/**
 * How many of some questions were answered rightly. What could not be read as an option counts as
 * wrong; nothing is ever guessed.
 *
 * @param n questions, answered or not
 * @param hits answered rightly; of answers that count in part, those that count more than half
 * @param credit what the answers count together
 * @param parseFailures questions with an answer that counts as no option
 * @param refusals questions with an answer that refuses
 * @param missing questions without an answer
 */
public record Score(int n, int hits, double credit, int parseFailures, int refusals, int missing) {
  /** The 97.5 % quantile of the normal distribution: intervals are 95 % ones. */
  static final double Z = 1.959963984540054;

  public Score {
    if (n < 1 || hits < 0 || hits > n) {
      throw new IllegalArgumentException(
          "Invalid score: %d hits of %d questions".formatted(hits, n));
    }
  }

  /** Of answers that are right or wrong. */
  public Score(int n, int hits, int parseFailures, int refusals, int missing) {
    this(n, hits, hits, parseFailures, refusals, missing);
  }

  public double accuracy() {
    return credit / n;
  }

  /** The lower end of Wilson's 95 % interval of the accuracy. */
  public double low() {
    return low(credit, n);
  }

  /** The upper end of Wilson's 95 % interval of the accuracy. */
  public double high() {
    return high(credit, n);
  }

  /** Wilson's interval for numbers that need not be whole. */
  static double low(double hits, double n) {
    return Math.max(0, centre(hits, n) - halfWidth(hits, n));
  }

  static double high(double hits, double n) {
    return Math.min(1, centre(hits, n) + halfWidth(hits, n));
  }

  private static double centre(double hits, double n) {
    return (hits + Z * Z / 2) / (n + Z * Z);
  }

  private static double halfWidth(double hits, double n) {
    double p = hits / n;
    return Z / (n + Z * Z) * Math.sqrt(n * p * (1 - p) + Z * Z / 4);
  }
}
