package parrot.datasets.benchmark;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import parrot.datasets.DataException;

/**
 * A row, or a question with all its rotations, and what became of it. Of a question with rotations
 * the last three say whether it is so in any of them.
 */
record ScoredQuestion(
    BenchmarkItem item, boolean hit, boolean unparsable, boolean refused, boolean missing) {
  static ScoredQuestion of(Prediction prediction, MatchingRule rule) {
    BenchmarkItem item = prediction.item();
    char answer =
        item.answer()
            .orElseThrow(
                () ->
                    new DataException(
                        "Cannot score question %d: the benchmark tells no answer (score it where its answers are kept)"
                            .formatted(item.index())));
    Optional<Character> matched = prediction.matched(rule);
    boolean asked = prediction.text().isPresent();
    return new ScoredQuestion(
        item,
        matched.isPresent() && matched.get() == answer,
        asked && matched.isEmpty(),
        // A question may have an option Z, which then is no refusal.
        matched.isPresent() && !item.options().containsKey(matched.get()),
        !asked);
  }

  /** The question whose rotations these are. A rotation that is not there counts as missing. */
  static ScoredQuestion all(List<ScoredQuestion> rotations) {
    BenchmarkItem first =
        rotations.stream()
            .map(ScoredQuestion::item)
            .min(Comparator.comparingLong(BenchmarkItem::index))
            .orElseThrow();
    boolean complete = rotations.size() == first.options().size();
    return new ScoredQuestion(
        first,
        complete && rotations.stream().allMatch(ScoredQuestion::hit),
        rotations.stream().anyMatch(ScoredQuestion::unparsable),
        rotations.stream().anyMatch(ScoredQuestion::refused),
        !complete || rotations.stream().anyMatch(ScoredQuestion::missing));
  }

  static Score score(List<ScoredQuestion> questions) {
    int hits = 0;
    int unparsable = 0;
    int refused = 0;
    int missing = 0;
    for (ScoredQuestion question : questions) {
      hits += question.hit ? 1 : 0;
      unparsable += question.unparsable ? 1 : 0;
      refused += question.refused ? 1 : 0;
      missing += question.missing ? 1 : 0;
    }
    return new Score(questions.size(), hits, unparsable, refused, missing);
  }
}
