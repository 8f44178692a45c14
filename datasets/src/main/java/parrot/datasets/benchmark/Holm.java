package parrot.datasets.benchmark;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several tests at once: the more languages are compared, the more likely one of them differs by
 * luck. Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979) raises the
 * p-values so that any false finding among all has at most the probability that a single one had,
 * however the tests depend on each other.
 */
public final class Holm {
  private Holm() {}

  /**
   * @param pValues from 0 to 1
   * @return the corrected p-values, in the same order
   */
  public static List<Double> corrected(List<Double> pValues) {
    int tests = pValues.size();
    List<Integer> rising =
        IntStream.range(0, tests).boxed().sorted(Comparator.comparing(pValues::get)).toList();
    Double[] corrected = new Double[tests];
    double least = 0;
    for (int rank = 0; rank < tests; rank++) {
      int test = rising.get(rank);
      least = Math.max(least, Math.min(1, (tests - rank) * pValues.get(test)));
      corrected[test] = least;
    }
    return List.of(corrected);
  }
}
