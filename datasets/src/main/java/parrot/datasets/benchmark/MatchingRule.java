package parrot.datasets.benchmark;

import java.util.Map;
import java.util.Optional;

/** By which rules an answer in free text counts as an option. */
public enum MatchingRule {
  /**
   * The published evaluation's, by which results are comparable: {@link PublishedAnswerMatcher}.
   */
  PUBLISHED,
  /**
   * One that also reads letters as they are written in the six languages: {@link
   * MultilingualAnswerMatcher}. Its scores are not comparable with published ones.
   */
  MULTILINGUAL;

  /** The option that an answer counts as; see {@link PublishedAnswerMatcher#match}. */
  public Optional<Character> match(String prediction, Map<Character, String> options) {
    return switch (this) {
      case PUBLISHED -> PublishedAnswerMatcher.match(prediction, options);
      case MULTILINGUAL -> MultilingualAnswerMatcher.match(prediction, options);
    };
  }
}
