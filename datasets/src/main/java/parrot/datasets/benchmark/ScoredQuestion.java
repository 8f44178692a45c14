package parrot.datasets.benchmark;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Match;

/**
 * A row, or a question with all its rotations, and what became of it.
 *
 * @param rule by which its answers count as options
 * @param matches what its answers count as, in the order of their rotation; none for a missing one
 * @param unparsable whether an answer matches no option; this, refused and missing are so if they
 *     are so in any rotation
 */
record ScoredQuestion(
    BenchmarkItem item,
    MatchingRule rule,
    List<Match> matches,
    boolean hit,
    boolean unparsable,
    boolean refused,
    boolean missing) {
  static ScoredQuestion of(Prediction prediction, Language language, MatchingRule rule) {
    BenchmarkItem item = prediction.item();
    char answer =
        item.answer()
            .orElseThrow(
                () ->
                    new DataException(
                        "Cannot score question %d: the benchmark tells no answer (score it where its answers are kept)"
                            .formatted(item.index())));
    Optional<Match> match = prediction.matched(rule, language);
    Optional<Character> matched = match.flatMap(Match::option);
    boolean asked = prediction.text().isPresent();
    return new ScoredQuestion(
        item,
        rule,
        match.stream().toList(),
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
        rotations.get(0).rule(),
        rotations.stream()
            .sorted(Comparator.comparingLong(one -> one.item().index()))
            .flatMap(one -> one.matches().stream())
            .toList(),
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
