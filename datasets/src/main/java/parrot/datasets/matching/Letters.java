package parrot.datasets.matching;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import parrot.datasets.language.Language;

/** Which option a single letter stands for, in the alphabets of the six languages. */
final class Letters {
  /** Cyrillic letters that look like Latin ones, and these. */
  private static final String LOOK_ALIKE = "АВСЕНКМОРТХ";

  private static final String LATIN = "ABCEHKMOPTX";

  /** The order in which each alphabet counts, as it is used for options. */
  private static final String CYRILLIC = "АБВГДЕ";

  private static final String ARABIC = "ابجدهو";
  private static final String CHINESE = "甲乙丙丁戊己";
  private static final List<String> ALPHABETS = List.of(CYRILLIC, ARABIC, CHINESE);

  private Letters() {}

  /**
   * The options that a letter may stand for: several if it looks like one and counts as another.
   *
   * @param options the letters of all options
   */
  static Set<Character> options(Token token, Set<Character> options) {
    Set<Character> found = new TreeSet<>();
    int codePoint = Character.toUpperCase(token.text().codePointAt(0));
    if (codePoint >= 'A' && codePoint <= 'Z') {
      found.add((char) codePoint);
    }
    int like = LOOK_ALIKE.indexOf(codePoint);
    if (like >= 0) {
      found.add(LATIN.charAt(like));
    }
    for (String alphabet : ALPHABETS) {
      int place = alphabet.indexOf(codePoint);
      if (place >= 0) {
        found.add((char) ('A' + place));
      }
    }
    found.retainAll(options);
    return found;
  }

  /** Whether a letter is also a word of its language when a sentence begins with it. */
  static boolean isWord(Token token, Language language) {
    int letter = Character.toUpperCase(token.text().codePointAt(0));
    if (letter >= 0x0400 && letter <= 0x04FF) {
      return "АВИКОСУЯ".indexOf(letter) >= 0;
    }
    if (language.equals(Language.PT)) {
      return "AEO".indexOf(letter) >= 0;
    }
    return language.equals(Language.TR) ? letter == 'O' : letter == 'A' || letter == 'I';
  }
}
