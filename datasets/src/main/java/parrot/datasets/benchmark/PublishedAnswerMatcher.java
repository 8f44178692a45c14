package parrot.datasets.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.language.UnicodeText;

/**
 * Which option an answer in free text counts as: the exact matching of the published evaluation
 * (VLMEvalKit's rules without a judging model).
 *
 * <ol>
 *   <li>A phrase that refuses to answer counts as refused.
 *   <li>Else the answer is cut into words, at white space and at {@code . ( ) [ ] , : ; ! * # { }}.
 *       If exactly one option's letter is among them, in upper case, that is the option. An
 *       article, as in "A kite", is a letter like any other. No letter at all but a Z is a refusal.
 *   <li>Else, if exactly one option's text occurs in the answer, upper and lower case being the
 *       same, that is the option.
 * </ol>
 *
 * <p>Anything else counts as no option: it is wrong, and counted as unparsable, but never guessed.
 */
public final class PublishedAnswerMatcher {
  /** Stands for a refusal to answer. */
  public static final char REFUSED = 'Z';

  private static final List<String> REFUSALS =
      List.of(
          "Sorry, I can't help with images of people yet.",
          "I can't process this file.",
          "I'm sorry, but without the image provided",
          "Cannot determine the answer");

  /** What a failed request leaves in place of an answer: its letters mean nothing. */
  private static final String FAILED_REQUEST = "Failed to obtain answer via API";

  private static final String PUNCTUATION = ".()[],:;!*#{}";

  private PublishedAnswerMatcher() {}

  /**
   * The option that an answer counts as.
   *
   * @param options text by letter
   * @return its letter; {@link #REFUSED} for a refusal; nothing where no option or several match
   */
  public static Optional<Character> match(String prediction, Map<Character, String> options) {
    if (!isFailedRequest(prediction)) {
      if (isRefusal(prediction)) {
        return Optional.of(REFUSED);
      }
      Optional<Character> letter = letter(prediction, options);
      if (letter.isPresent()) {
        return letter;
      }
    }
    return text(prediction, options);
  }

  static boolean isFailedRequest(String prediction) {
    return prediction.contains(FAILED_REQUEST);
  }

  static boolean isRefusal(String prediction) {
    return REFUSALS.stream().anyMatch(prediction::contains);
  }

  private static Optional<Character> letter(String prediction, Map<Character, String> options) {
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
      return Optional.of(found.get(0));
    }
    return found.isEmpty() && words.contains(String.valueOf(REFUSED))
        ? Optional.of(REFUSED)
        : Optional.empty();
  }

  static Optional<Character> text(String prediction, Map<Character, String> options) {
    String lower = prediction.toLowerCase(Locale.ROOT);
    List<Character> found =
        options.entrySet().stream()
            .filter(option -> lower.contains(option.getValue().toLowerCase(Locale.ROOT)))
            .map(Map.Entry::getKey)
            .toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }
}
