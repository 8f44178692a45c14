package parrot.datasets.benchmark;

import java.util.Collection;
import java.util.OptionalDouble;
import parrot.datasets.language.Language;
import parrot.datasets.language.LanguageIdentifier;
import parrot.datasets.matching.OptionLikelihoods;

/**
 * Whether answers are in the language that was asked in. Letters, numbers and names are in no
 * language, so only answers of some length count.
 */
public final class LanguageFidelity {
  /** Letters of the shortest answer that counts. */
  private static final int LETTERS = 12;

  private LanguageFidelity() {}

  /** The share of answers in a language; empty if none is long enough to tell. */
  public static OptionalDouble of(Collection<Prediction> predictions, Language language) {
    return predictions.stream()
        .flatMap(prediction -> prediction.text().stream())
        .filter(text -> !OptionLikelihoods.isText(text))
        .filter(text -> text.codePoints().filter(Character::isLetter).count() >= LETTERS)
        .flatMap(text -> LanguageIdentifier.identify(text).stream())
        .mapToDouble(said -> said.equals(language) ? 1 : 0)
        .average();
  }
}
