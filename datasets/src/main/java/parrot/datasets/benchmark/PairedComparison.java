package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * Two models on the same questions. That both saw the same ones makes the difference far more
 * certain than two intervals side by side would say: only the questions on which they differ count.
 *
 * <p>The translations of one question are a cluster, and so are the questions about one image, if
 * the images are known: a model that fails one of them likely fails the others. They say less than
 * as many questions would, by the design effect (Kish, 1965): the variance of the difference
 * between clusters over that between answers.
 *
 * @param n pairs of answers: questions, times languages
 * @param onlyFirst answered rightly by the first model alone, or better by it
 * @param onlySecond answered rightly by the second model alone, or better by it
 * @param sum of how much better the second model's answers are
 * @param squares sum of the squares of that
 * @param clusters of answers that are not independent
 * @param betterFirst clusters in which the first model gave more right answers
 * @param betterSecond clusters in which the second model gave more right answers
 * @param designEffect at least 1; 1 if each answer is a cluster
 */
public record PairedComparison(
    int n,
    int onlyFirst,
    int onlySecond,
    double sum,
    double squares,
    int clusters,
    int betterFirst,
    int betterSecond,
    double designEffect) {
  /** The 80 % quantile of the normal distribution. */
  private static final double Z_POWER = 0.8416212335729143;

  /** Sums of credits that differ by less are equal. */
  private static final double ROUNDING = 1e-9;

  public PairedComparison {
    if (n < 1 || onlyFirst < 0 || onlySecond < 0 || onlyFirst + onlySecond > n) {
      throw new IllegalArgumentException(
          "Invalid comparison: %d and %d of %d questions".formatted(onlyFirst, onlySecond, n));
    }
  }

  /** Answers of which each is a cluster of its own. */
  PairedComparison(int n, int onlyFirst, int onlySecond) {
    this(
        n,
        onlyFirst,
        onlySecond,
        onlySecond - onlyFirst,
        onlyFirst + onlySecond,
        n,
        onlyFirst,
        onlySecond,
        1);
  }

  /**
   * Compares in one language.
   *
   * @throws DataException if the two were not asked the same questions
   */
  public static PairedComparison of(Scores first, Scores second, Metric metric, Language language) {
    return of(first, second, metric, List.of(language));
  }

  /** Compares over all languages of the first, each answer counting alike. */
  public static PairedComparison of(Scores first, Scores second, Metric metric) {
    return of(first, second, metric, first.languages());
  }

  private static PairedComparison of(
      Scores first, Scores second, Metric metric, List<Language> languages) {
    return ofRuns(List.of(first), List.of(second), metric, languages);
  }

  /**
   * Compares two ways to make a model that were each tried several times, in some languages
   * together. The tries are paired in their order, as those with the same seed. All answers to a
   * question are one cluster, whichever try gave them.
   *
   * @param second as many as {@code first}, at least one
   * @throws DataException if not all were asked the same questions
   */
  public static PairedComparison ofRuns(
      List<Scores> first, List<Scores> second, Metric metric, List<Language> languages) {
    if (first.isEmpty() || first.size() != second.size()) {
      throw new IllegalArgumentException(
          "Invalid comparison: %d and %d tries (must be as many, at least one)"
              .formatted(first.size(), second.size()));
    }
    Map<Object, List<Double>> clusters = new LinkedHashMap<>();
    for (int run = 0; run < first.size(); run++) {
      for (Language language : languages) {
        SortedMap<Long, ScoredQuestion> one = first.get(run).byIndex(metric, language);
        SortedMap<Long, ScoredQuestion> other = second.get(run).byIndex(metric, language);
        requireSame(one, other, language);
        if (run > 0) {
          requireSame(first.get(0).byIndex(metric, language), one, language);
        }
        one.forEach(
            (index, question) -> {
              double better = other.get(index).credit() - question.credit();
              clusters
                  .computeIfAbsent(first.get(0).cluster(index), c -> new ArrayList<>())
                  .add(better);
            });
      }
    }
    return of(List.copyOf(clusters.values()));
  }

  /**
   * @param clusters of each answer, how much better the second model was: 1, 0 or -1, or in between
   *     if answers count in part
   */
  static PairedComparison of(List<? extends List<? extends Number>> clusters) {
    int n = 0;
    int onlyFirst = 0;
    int onlySecond = 0;
    int betterFirst = 0;
    int betterSecond = 0;
    double total = 0;
    double squares = 0;
    for (List<? extends Number> cluster : clusters) {
      double sum = 0;
      for (Number one : cluster) {
        double better = one.doubleValue();
        onlyFirst += better < 0 ? 1 : 0;
        onlySecond += better > 0 ? 1 : 0;
        sum += better;
        squares += better * better;
      }
      n += cluster.size();
      total += sum;
      betterFirst += sum < -ROUNDING ? 1 : 0;
      betterSecond += sum > ROUNDING ? 1 : 0;
    }
    return new PairedComparison(
        n,
        onlyFirst,
        onlySecond,
        total,
        squares,
        clusters.size(),
        betterFirst,
        betterSecond,
        designEffect(clusters, n, total));
  }

  private static double designEffect(
      List<? extends List<? extends Number>> clusters, int n, double sum) {
    if (clusters.size() == n) {
      return 1;
    }
    double mean = sum / n;
    double between = 0;
    double within = 0;
    for (List<? extends Number> cluster : clusters) {
      double deviation = 0;
      for (Number one : cluster) {
        double better = one.doubleValue();
        deviation += better - mean;
        within += (better - mean) * (better - mean);
      }
      between += deviation * deviation;
    }
    int count = clusters.size();
    double most = (double) n / count;
    if (count < 2 || within == 0) {
      return most; // as if all translations were one answer
    }
    return Math.max(1, (between * count / (count - 1)) / (within * n / (n - 1)));
  }

  private static void requireSame(
      SortedMap<Long, ScoredQuestion> one,
      SortedMap<Long, ScoredQuestion> other,
      Language language) {
    if (one.isEmpty() || !one.keySet().equals(other.keySet())) {
      throw new DataException(
          "Cannot compare in %s: the two were not asked the same questions (%d and %d of them; score both on one benchmark file)"
              .formatted(language.tag(), one.size(), other.size()));
    }
    for (Map.Entry<Long, ScoredQuestion> entry : one.entrySet()) {
      BenchmarkItem item = entry.getValue().item();
      BenchmarkItem otherItem = other.get(entry.getKey()).item();
      if (!item.isSameQuestion(otherItem)
          || !item.answer().equals(otherItem.answer())
          || !item.open().equals(otherItem.open())) {
        throw new DataException(
            "Cannot compare in %s: the two were not asked the same questions (question %d is \"%s\" %s with answer %s, and \"%s\" %s with answer %s; score both on one benchmark file)"
                .formatted(
                    language.tag(),
                    item.index(),
                    item.question(),
                    item.options(),
                    item.answerText().orElse("none"),
                    otherItem.question(),
                    otherItem.options(),
                    otherItem.answerText().orElse("none")));
      }
    }
  }

  /** The second model's accuracy less the first's. */
  public double difference() {
    return sum / n;
  }

  /**
   * The lower end of a 95 % interval of the difference: Wald's with half a question added to each
   * kind of pair, which keeps its promise on small samples (Agresti and Min, 2005). Translations
   * count as so many answers as their design effect leaves.
   */
  public double low() {
    return Math.max(-1, centre() - halfWidth());
  }

  /** The upper end of the 95 % interval of the difference. */
  public double high() {
    return Math.min(1, centre() + halfWidth());
  }

  /**
   * The smallest difference that these questions show at 80 % power: were it the true one, four of
   * five such benchmarks would find it at the 5 % level. It falls with the number of questions and
   * with how seldom the two models differ.
   */
  public double smallestDifference() {
    return halfWidth() * (Score.Z + Z_POWER) / Score.Z;
  }

  private double centre() {
    return sum / designEffect / (n / designEffect + 2.0);
  }

  private double halfWidth() {
    double total = n / designEffect + 2.0;
    double discordant = (squares / designEffect + 1.0) / total;
    return Score.Z * Math.sqrt((discordant - centre() * centre()) / total);
  }

  /**
   * McNemar's exact test, two-sided, by cluster: how likely a split at least as uneven as this one
   * is among the clusters in which one model is better, if neither is.
   */
  public double pValue() {
    int discordant = betterFirst + betterSecond;
    if (discordant == 0) {
      return 1;
    }
    double logHalf = discordant * Math.log(0.5);
    double logChoose = 0;
    double tail = Math.exp(logHalf);
    for (int k = 1; k <= Math.min(betterFirst, betterSecond); k++) {
      logChoose += Math.log(discordant - k + 1.0) - Math.log(k);
      tail += Math.exp(logHalf + logChoose);
    }
    return Math.min(1, 2 * tail);
  }
}
