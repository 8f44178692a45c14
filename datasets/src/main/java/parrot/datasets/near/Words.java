package parrot.datasets.near;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import parrot.datasets.SplitMix;

/** The words of a text, in lower case: letters and digits together, each ideograph alone. */
final class Words {
  private Words() {}

  static List<String> of(String mixed) {
    String text = mixed.toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int at = 0; at <= text.length(); ) {
      int point = at < text.length() ? text.codePointAt(at) : ' ';
      boolean alone = Character.isIdeographic(point);
      boolean inside = !alone && isPartOfWord(point);
      if (start >= 0 && !inside) {
        words.add(text.substring(start, at));
        start = -1;
      }
      if (alone) {
        words.add(Character.toString(point));
      } else if (inside && start < 0) {
        start = at;
      }
      at += Character.charCount(point);
    }
    return words;
  }

  private static boolean isPartOfWord(int point) {
    return Character.isLetterOrDigit(point)
        || Character.getType(point) == Character.NON_SPACING_MARK
        || Character.getType(point) == Character.COMBINING_SPACING_MARK;
  }

  static boolean areMostlyIdeographs(List<String> words) {
    long ideographs =
        words.stream()
            .filter(word -> !word.isEmpty() && Character.isIdeographic(word.codePointAt(0)))
            .count();
    return 2 * ideographs > words.size();
  }

  /** A number for words in this order. */
  static long hash(List<String> words) {
    long sequence = 0;
    for (String word : words) {
      long hash = 0;
      for (int i = 0; i < word.length(); i++) {
        hash = hash * 0x100000001b3L + word.charAt(i) + 1;
      }
      sequence = SplitMix.mix(sequence + SplitMix.mix(hash));
    }
    return sequence;
  }
}
