package parrot.datasets.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Match;
import parrot.datasets.matching.MultilingualAnswerMatcher;
import parrot.datasets.matching.OptionLikelihoods;
import parrot.datasets.matching.PublishedAnswerMatcher;
import parrot.datasets.matching.PublishedAnswerMatcher.Version;

/** By which rules an answer in free text counts as an option. */
public enum MatchingRule {
  /** Those of Parrot's published results: {@link PublishedAnswerMatcher}, as of 2024. */
  PUBLISHED_2024,
  /** Those of results published since 2025: {@link PublishedAnswerMatcher}, as of 2025. */
  VLMEVALKIT_2025,
  /**
   * One that reads answers as they are written in the six languages: {@link
   * MultilingualAnswerMatcher}. Its scores are not comparable with published ones.
   */
  MULTILINGUAL,
  /** The likeliest option, if likelihoods stand in place of answers: {@link OptionLikelihoods}. */
  LIKELIHOOD,
  /** The likeliest option for the length of its text. */
  LIKELIHOOD_NORMALISED;

  /** The former name of the rule of 2024. */
  private static final String PUBLISHED = "published";

  /** As it is written in scores and on the command line: {@code published-2024}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The rule of a name, in any case; {@code published} is that of 2024.
   *
   * @throws UsageException if there is none; the message lists those there are
   */
  public static MatchingRule of(String name) {
    if (name.equalsIgnoreCase(PUBLISHED)) {
      return PUBLISHED_2024;
    }
    return Arrays.stream(values())
        .filter(rule -> rule.label().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "%s is not a rule of matching (must be one of %s)"
                        .formatted(name, String.join(", ", labels()))));
  }

  /** The rule that counts if likelihoods stand in place of answers. */
  public MatchingRule ofLikelihoods() {
    return this == LIKELIHOOD_NORMALISED ? this : LIKELIHOOD;
  }

  /**
   * What the rule that predictions count by is called if this one is asked for: that of likelihoods
   * if there are any. Open questions, which are answered in words, count by the one asked for.
   *
   * @throws DataException if some choices are likelihoods and others texts
   */
  public MatchingRule fitting(Collection<Prediction> predictions) {
    boolean likelihoods =
        predictions.stream()
            .flatMap(prediction -> prediction.text().stream())
            .anyMatch(OptionLikelihoods::isText);
    if (!likelihoods) {
      return this;
    }
    MatchingRule fitting = ofLikelihoods();
    predictions.stream()
        .filter(prediction -> prediction.item().open().isEmpty())
        .forEach(prediction -> prediction.matched(fitting, Language.EN));
    return fitting;
  }

  /** Whether it reads likelihoods alone. */
  public boolean needsLikelihoods() {
    return this == ofLikelihoods();
  }

  private static List<String> labels() {
    return Arrays.stream(values()).map(MatchingRule::label).toList();
  }

  /**
   * What an answer counts as. Likelihoods in its place never count by a rule that reads answers,
   * but by the one of {@link #ofLikelihoods}.
   *
   * @param options text by letter
   * @param language of the question
   * @throws DataException if the rule needs likelihoods and it is a text
   */
  public Match match(String prediction, Map<Character, String> options, Language language) {
    Optional<OptionLikelihoods> likelihoods = OptionLikelihoods.read(prediction, options.keySet());
    if (likelihoods.isPresent()) {
      return this == LIKELIHOOD_NORMALISED
          ? likelihoods.get().likeliestForItsLength(options)
          : likelihoods.get().likeliest();
    }
    return switch (this) {
      case PUBLISHED_2024 -> PublishedAnswerMatcher.match(prediction, options, Version.V2024);
      case VLMEVALKIT_2025 -> PublishedAnswerMatcher.match(prediction, options, Version.V2025);
      case MULTILINGUAL -> MultilingualAnswerMatcher.match(prediction, options, language);
      case LIKELIHOOD, LIKELIHOOD_NORMALISED ->
          throw new DataException(
              "Cannot score by likelihood: an answer is the text \"%s\" (evaluate with --scoring likelihood, or score by a rule that reads texts)"
                  .formatted(prediction));
    };
  }
}
