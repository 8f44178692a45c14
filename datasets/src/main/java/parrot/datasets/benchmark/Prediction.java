package parrot.datasets.benchmark;

import java.util.Objects;
import java.util.Optional;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Match;

/**
 * What a model said to a question.
 *
 * @param item the question, without its image
 * @param text none where the model was never asked or failed: a missing row, wrong and counted
 */
public record Prediction(BenchmarkItem item, Optional<String> text) {
  public Prediction {
    Objects.requireNonNull(text, "text");
    item = item.image() == null ? item : item.withoutImage();
  }

  public static Prediction of(BenchmarkItem item, String text) {
    return new Prediction(item, Optional.of(text));
  }

  public static Prediction missing(BenchmarkItem item) {
    return new Prediction(item, Optional.empty());
  }

  /** Whether it counts as right, or more than half right. */
  public boolean isRight(MatchingRule rule, Language language) {
    return item.hasAnswer() && ScoredQuestion.of(this, language, rule).hit();
  }

  /** What it counts as; empty if it is missing, or neither a choice nor yes or no is asked for. */
  public Optional<Match> matched(MatchingRule rule, Language language) {
    return text.flatMap(
        said ->
            item.open().isPresent()
                ? item.open().get().match(said, rule, language)
                : Optional.of(rule.match(said, item.options(), language)));
  }
}
