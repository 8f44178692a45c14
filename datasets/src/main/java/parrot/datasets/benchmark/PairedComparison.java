package parrot.datasets.benchmark;

import java.util.List;
import java.util.SortedMap;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * Two models on the same questions. That both saw the same ones makes the difference far more
 * certain than two intervals side by side would say: only the questions on which they differ count.
 *
 * @param n questions
 * @param onlyFirst answered rightly by the first model alone
 * @param onlySecond answered rightly by the second model alone
 */
public record PairedComparison(int n, int onlyFirst, int onlySecond) {
  public PairedComparison {
    if (n < 1 || onlyFirst < 0 || onlySecond < 0 || onlyFirst + onlySecond > n) {
      throw new IllegalArgumentException(
          "Invalid comparison: %d and %d of %d questions".formatted(onlyFirst, onlySecond, n));
    }
  }

  /**
   * Compares in one language.
   *
   * @throws DataException if the two were not asked the same questions
   */
  public static PairedComparison of(Scores first, Scores second, Metric metric, Language language) {
    return of(first, second, metric, List.of(language));
  }

  /** Compares over all languages of the first, each question counting alike. */
  public static PairedComparison of(Scores first, Scores second, Metric metric) {
    return of(first, second, metric, first.languages());
  }

  private static PairedComparison of(
      Scores first, Scores second, Metric metric, List<Language> languages) {
    int n = 0;
    int onlyFirst = 0;
    int onlySecond = 0;
    for (Language language : languages) {
      SortedMap<Long, Boolean> one = first.hits(metric, language);
      SortedMap<Long, Boolean> other = second.hits(metric, language);
      if (one.isEmpty() || !one.keySet().equals(other.keySet())) {
        throw new DataException(
            "Cannot compare in %s: the two were not asked the same questions (%d and %d of them; score both on one benchmark file)"
                .formatted(language.tag(), one.size(), other.size()));
      }
      n += one.size();
      for (long index : one.keySet()) {
        onlyFirst += one.get(index) && !other.get(index) ? 1 : 0;
        onlySecond += !one.get(index) && other.get(index) ? 1 : 0;
      }
    }
    return new PairedComparison(n, onlyFirst, onlySecond);
  }

  /** The second model's accuracy less the first's. */
  public double difference() {
    return (double) (onlySecond - onlyFirst) / n;
  }

  /**
   * The lower end of a 95 % interval of the difference: Wald's with half a question added to each
   * kind of pair, which keeps its promise on small samples (Agresti and Min, 2005).
   */
  public double low() {
    return Math.max(-1, centre() - halfWidth());
  }

  /** The upper end of the 95 % interval of the difference. */
  public double high() {
    return Math.min(1, centre() + halfWidth());
  }

  private double centre() {
    return (onlySecond - onlyFirst) / (n + 2.0);
  }

  private double halfWidth() {
    double total = n + 2.0;
    double discordant = (onlyFirst + onlySecond + 1.0) / total;
    return Score.Z * Math.sqrt((discordant - centre() * centre()) / total);
  }

  /**
   * McNemar's exact test, two-sided: how likely a split at least as uneven as this one is among the
   * questions on which the two differ, if neither model is better.
   */
  public double pValue() {
    int discordant = onlyFirst + onlySecond;
    if (discordant == 0) {
      return 1;
    }
    double logHalf = discordant * Math.log(0.5);
    double logChoose = 0;
    double tail = Math.exp(logHalf);
    for (int k = 1; k <= Math.min(onlyFirst, onlySecond); k++) {
      logChoose += Math.log(discordant - k + 1.0) - Math.log(k);
      tail += Math.exp(logHalf + logChoose);
    }
    return Math.min(1, 2 * tail);
  }
}
