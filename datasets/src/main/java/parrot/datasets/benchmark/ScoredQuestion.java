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
 * @param chance the probability that guessing is right; NaN if the question has no options to guess
 *     among
 * @param matches what its answers count as, in the order of their rotation; none for a missing one
 * @param credit how much it counts, from 0 to 1
 * @param hit whether that is more than half
 * @param unparsable whether an answer matches no option; this, refused and missing are so if they
 *     are so in any rotation
 */
record ScoredQuestion(
    BenchmarkItem item,
    MatchingRule rule,
    double chance,
    List<Match> matches,
    double credit,
    boolean hit,
    boolean unparsable,
    boolean refused,
    boolean missing) {
  static ScoredQuestion of(Prediction prediction, Language language, MatchingRule rule) {
    BenchmarkItem item = prediction.item();
    if (!item.hasAnswer() && item.problem().isEmpty()) {
      throw new DataException(
          "Cannot score question %d: the benchmark tells no answer (score it where its answers are kept, or name a benchmark file that has them)"
              .formatted(item.index()));
    }
    if (!item.hasAnswer()) {
      return new ScoredQuestion(
          item, rule, chance(item, 1), List.of(), 0, false, false, false, true);
    }
    Optional<Match> match = prediction.matched(rule, language);
    Optional<Character> matched = match.flatMap(Match::option);
    boolean asked = prediction.text().isPresent();
    double credit =
        item.open().isPresent()
            ? prediction
                .text()
                .map(said -> item.open().get().credit(said, rule, language))
                .orElse(0.0)
            : matched.equals(item.answer()) ? 1 : 0;
    return new ScoredQuestion(
        item,
        rule,
        chance(item, 1),
        match.stream().toList(),
        credit,
        credit > 0.5,
        match.isPresent() && matched.isEmpty(),
        // A question may have an option Z, which then is no refusal.
        item.open().isEmpty() && matched.isPresent() && !item.options().containsKey(matched.get()),
        !asked);
  }

  /** The question whose rotations these are. A rotation that is not there counts as missing. */
  static ScoredQuestion all(List<ScoredQuestion> rotations, QuestionRows grouped) {
    List<BenchmarkItem> rows = rotations.stream().map(ScoredQuestion::item).toList();
    BenchmarkItem first =
        rows.stream()
            .filter(grouped::isQuestion)
            .findFirst()
            .orElseGet(
                () ->
                    rows.stream()
                        .min(Comparator.comparingLong(BenchmarkItem::index))
                        .orElseThrow());
    boolean complete = grouped.complete(rows);
    boolean hit = complete && rotations.stream().allMatch(ScoredQuestion::hit);
    return new ScoredQuestion(
        first,
        rotations.get(0).rule(),
        chance(first, grouped.expected(rows)),
        rotations.stream()
            .sorted(Comparator.comparingLong(one -> one.item().index()))
            .flatMap(one -> one.matches().stream())
            .toList(),
        hit ? 1 : 0,
        hit,
        rotations.stream().anyMatch(ScoredQuestion::unparsable),
        rotations.stream().anyMatch(ScoredQuestion::refused),
        !complete || rotations.stream().anyMatch(ScoredQuestion::missing));
  }

  private static double chance(BenchmarkItem item, int rows) {
    boolean yesNo = item.open().filter(asked -> asked.kind() == AnswerKind.YES_NO).isPresent();
    int options = yesNo ? 2 : item.options().size();
    return options > 1 ? Math.pow(1.0 / options, rows) : Double.NaN;
  }

  /** The accuracy that guessing gives, on average; 0 if there is nothing to guess. */
  static double chance(List<ScoredQuestion> questions) {
    return questions.stream()
        .mapToDouble(ScoredQuestion::chance)
        .filter(Double::isFinite)
        .average()
        .orElse(0);
  }

  static Score score(List<ScoredQuestion> questions) {
    int hits = 0;
    double credit = 0;
    int unparsable = 0;
    int refused = 0;
    int missing = 0;
    for (ScoredQuestion question : questions) {
      hits += question.hit ? 1 : 0;
      credit += question.credit;
      unparsable += question.unparsable ? 1 : 0;
      refused += question.refused ? 1 : 0;
      missing += question.missing ? 1 : 0;
    }
    return new Score(questions.size(), hits, credit, unparsable, refused, missing);
  }
}
