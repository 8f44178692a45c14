package parrot.datasets.benchmark;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The mean of the languages' accuracies, each language counting alike, with a 95 % interval.
 *
 * <p>The interval is Wilson's for as many independent answers as would be equally sure: the
 * variance is that of sums over clusters, around each language's own accuracy (linearised, as in
 * Cochran, Sampling Techniques), and at least that of independent answers. If no answer deviates
 * from its language's accuracy, a cluster counts as one answer.
 *
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param clusters of answers that are not independent: translations, and questions about one image
 */
public record MacroAverage(double accuracy, double low, double high, int clusters) {
  /**
   * @param languages the questions of each language; none of them empty
   */
  static MacroAverage of(Collection<List<ScoredQuestion>> languages, Clusters clusters) {
    double accuracy =
        languages.stream()
            .mapToDouble(questions -> ScoredQuestion.score(questions).accuracy())
            .average()
            .orElseThrow();
    Map<Object, Double> deviations = new HashMap<>();
    double independent = 0;
    for (List<ScoredQuestion> questions : languages) {
      double mean = ScoredQuestion.score(questions).accuracy();
      for (ScoredQuestion question : questions) {
        double deviation = (question.credit() - mean) / questions.size() / languages.size();
        independent += deviation * deviation;
        deviations.merge(clusters.of(question.item().index()), deviation, Double::sum);
      }
    }
    double clustered = deviations.values().stream().mapToDouble(sum -> sum * sum).sum();
    double n =
        independent > 0
            ? accuracy * (1 - accuracy) / Math.max(clustered, independent)
            : deviations.size();
    double hits = accuracy * n;
    return new MacroAverage(accuracy, Score.low(hits, n), Score.high(hits, n), deviations.size());
  }
}
