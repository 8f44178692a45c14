package parrot.jobs.evaluate;

import java.util.ArrayList;
import java.util.List;
import parrot.datasets.benchmark.Holm;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.PairedComparison;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.language.Language;

/**
 * One model against another on the same questions.
 *
 * @param language {@code all} for all together
 * @param pValue of the comparison, corrected for the number of languages after Holm; that of {@code
 *     all} is one test and stays as it is
 */
public record Difference(
    String benchmark, String metric, String language, PairedComparison comparison, double pValue) {
  private static final double LEVEL = 0.05;

  /** What a difference says. */
  public enum Verdict {
    BETTER("better"),
    WORSE("worse"),
    /** The interval holds 0, or the corrected p-value is not below 0.05. */
    UNCLEAR("no clear difference");

    private final String label;

    Verdict(String label) {
      this.label = label;
    }

    /** In words. */
    public String label() {
      return label;
    }
  }

  /** By language, then over all of them. */
  static List<Difference> of(String benchmark, Scores first, Scores second, Metric metric) {
    List<Language> languages = second.languages();
    List<PairedComparison> comparisons =
        languages.stream()
            .map(language -> PairedComparison.of(first, second, metric, language))
            .toList();
    List<Double> pValues =
        Holm.corrected(comparisons.stream().map(PairedComparison::pValue).toList());
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < languages.size(); i++) {
      differences.add(
          new Difference(
              benchmark,
              metric.label(),
              languages.get(i).tag(),
              comparisons.get(i),
              pValues.get(i)));
    }
    PairedComparison all = PairedComparison.of(first, second, metric);
    differences.add(new Difference(benchmark, metric.label(), "all", all, all.pValue()));
    return differences;
  }

  /** Whether the second model is better than the first. */
  public Verdict verdict() {
    if (!(pValue < LEVEL)) {
      return Verdict.UNCLEAR;
    }
    if (comparison.low() > 0) {
      return Verdict.BETTER;
    }
    return comparison.high() < 0 ? Verdict.WORSE : Verdict.UNCLEAR;
  }

  /** Whether it is too small for these questions to show it reliably. */
  public boolean tooSmall() {
    return Math.abs(comparison.difference()) < comparison.smallestDifference();
  }
}
