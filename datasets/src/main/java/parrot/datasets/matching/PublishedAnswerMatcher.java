package parrot.datasets.matching;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import parrot.datasets.language.UnicodeText;

/**
 * The exact matching of published results: VLMEvalKit's rules without a judging model, as they were
 * in 2024, when Parrot was published, and as they are since 2025.
 *
 * <ol>
 *   <li>A phrase that refuses to answer counts as refused.
 *   <li>Else the answer is cut into words, at white space and at {@code . ( ) [ ] , : ; ! * # { }}.
 *       If exactly one option's letter is among them, in upper case, that is the option. An
 *       article, as in "A kite", is a letter like any other. No letter at all but a Z is a refusal.
 *       Since 2025 the letter counts only if it first stands among the last four words.
 *   <li>Else, if exactly one option's text occurs in the answer, upper and lower case being the
 *       same, that is the option. Since 2025 an answer of more than twice the length of all options
 *       together counts as none.
 * </ol>
 *
 * <p>Anything else counts as no option: it is wrong, and counted as unparsable, but never guessed.
 */
public final class PublishedAnswerMatcher {
  /** A version of the rules. */
  public enum Version {
    V2024,
    V2025
  }

  private static final List<String> REFUSALS =
      List.of(
          "Sorry, I can't help with images of people yet.",
          "I can't process this file.",
          "I'm sorry, but without the image provided",
          "Cannot determine the answer");

  /** What a failed request leaves in place of an answer: its letters mean nothing. */
  private static final String FAILED_REQUEST = "Failed to obtain answer via API";

  private static final String PUNCTUATION = ".()[],:;!*#{}";
  private static final int LAST_WORDS = 4;

  private PublishedAnswerMatcher() {}

  /**
   * The option that an answer counts as.
   *
   * @param options text by letter
   */
  public static Match match(String prediction, Map<Character, String> options, Version version) {
    if (!isFailedRequest(prediction)) {
      if (isRefusal(prediction)) {
        return Match.REFUSED;
      }
      Match letter = letter(prediction, options, version);
      if (letter.option().isPresent()) {
        return letter;
      }
    }
    return text(prediction, options, version);
  }

  static boolean isFailedRequest(String prediction) {
    return prediction.contains(FAILED_REQUEST);
  }

  static boolean isRefusal(String prediction) {
    return REFUSALS.stream().anyMatch(prediction::contains);
  }

  private static Match letter(String prediction, Map<Character, String> options, Version version) {
    StringBuilder spaced = new StringBuilder(prediction);
    for (int i = 0; i < spaced.length(); i++) {
      if (PUNCTUATION.indexOf(spaced.charAt(i)) >= 0) {
        spaced.setCharAt(i, ' ');
      }
    }
    List<String> words = UnicodeText.words(spaced.toString());
    List<Character> found =
        options.keySet().stream().filter(letter -> words.contains(letter.toString())).toList();
    if (found.size() == 1) {
      char letter = found.get(0);
      boolean late = words.indexOf(String.valueOf(letter)) >= words.size() - LAST_WORDS;
      return version == Version.V2024 || late
          ? Match.of(letter, words.size() == 1 ? Reason.LETTER_ALONE : Reason.LETTER)
          : Match.none(Reason.NONE_NAMED);
    }
    return found.isEmpty() && words.contains(String.valueOf(Match.REFUSAL))
        ? Match.REFUSED
        : Match.none(Reason.NONE_NAMED);
  }

  static Match text(String prediction, Map<Character, String> options, Version version) {
    String lower = prediction.toLowerCase(Locale.ROOT);
    if (version == Version.V2025
        && length(lower) > 2 * options.values().stream().mapToInt(text -> length(text)).sum()) {
      return Match.none(Reason.NONE_NAMED);
    }
    List<Character> found =
        options.entrySet().stream()
            .filter(option -> lower.contains(option.getValue().toLowerCase(Locale.ROOT)))
            .map(Map.Entry::getKey)
            .toList();
    if (found.size() == 1) {
      return Match.of(found.get(0), Reason.TEXT);
    }
    return Match.none(found.isEmpty() ? Reason.NONE_NAMED : Reason.SEVERAL_NAMED);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
