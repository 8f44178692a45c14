package parrot.datasets.benchmark;

import java.util.List;
import java.util.Optional;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Match;

/**
 * What a question without options asks for.
 *
 * @param accepted right answers, as the benchmark writes them; none if it keeps them to itself
 */
public record OpenQuestion(AnswerKind kind, List<String> accepted) {
  public OpenQuestion {
    accepted = List.copyOf(accepted);
  }

  OpenQuestion with(AnswerKind kind) {
    return new OpenQuestion(kind, accepted);
  }

  /** Whether answers count: a description's never do, whatever it is compared with. */
  boolean isScored() {
    return kind != AnswerKind.CAPTION && !accepted.isEmpty();
  }

  /** What an answer counts as, of yes/no questions; empty of other kinds. */
  Optional<Match> match(String answer, MatchingRule rule, Language language) {
    return kind == AnswerKind.YES_NO
        ? Optional.of(YesNo.match(answer, rule, language))
        : Optional.empty();
  }

  /** How much an answer counts, from 0 to 1. */
  double credit(String answer, MatchingRule rule, Language language) {
    return switch (kind) {
      case YES_NO ->
          YesNo.of(accepted.get(0))
                  .filter(
                      right ->
                          YesNo.match(answer, rule, language).option().equals(Optional.of(right)))
                  .isPresent()
              ? 1
              : 0;
      case VQA -> ShortAnswers.vqa(answer, accepted);
      case ANLS -> ShortAnswers.anls(answer, accepted);
      case RELAXED -> ShortAnswers.relaxed(answer, accepted);
      case EXACT -> ShortAnswers.exact(answer, accepted);
      case CAPTION -> 0;
    };
  }
}
