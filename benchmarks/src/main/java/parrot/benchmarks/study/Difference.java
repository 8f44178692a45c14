package parrot.benchmarks.study;

import parrot.datasets.benchmark.PairedComparison;

/**
 * How much better answers are than the baseline's in some languages.
 *
 * @param languages a tag, the name of a group, or {@value #ALL}
 * @param comparison over all questions and seeds, clustered by question
 * @param pValue corrected over languages after Holm; of groups that of their own test
 * @param seeds the difference by seed
 */
record Difference(String languages, PairedComparison comparison, double pValue, SeedSpread seeds) {
  static final String ALL = "all";
  private static final double LEVEL = 0.05;

  /**
   * {@code better} and {@code worse} only if the corrected p-value is below 0.05 and both intervals
   * exclude 0: other questions would say so, and other seeds.
   */
  String verdict() {
    boolean clear = pValue < LEVEL && seeds.excludesZero();
    if (clear && comparison.low() > 0) {
      return "better";
    }
    return clear && comparison.high() < 0 ? "worse" : "no clear difference";
  }
}
