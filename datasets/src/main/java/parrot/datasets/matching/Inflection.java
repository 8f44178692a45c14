package parrot.datasets.matching;

import java.text.Normalizer;
import java.util.List;
import java.util.regex.Pattern;

/** Whether two words differ only in how a language inflects or joins them. */
final class Inflection {
  private static final int SHORTEST = 3;
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");

  private final List<String> prefixes;
  private final List<String> endings;
  private final List<String> stemEndings;
  private final boolean accentsMayLack;

  /**
   * @param prefixes that a word may have more than the other
   * @param endings that a word may have more than the other
   * @param stemEndings that take each other's place, longest first
   * @param accentsMayLack whether a word without accents counts as the one with them
   */
  Inflection(
      List<String> prefixes,
      List<String> endings,
      List<String> stemEndings,
      boolean accentsMayLack) {
    this.prefixes = prefixes;
    this.endings = endings;
    this.stemEndings = stemEndings;
    this.accentsMayLack = accentsMayLack;
  }

  /**
   * @param said a word of an answer, in small letters
   * @param word a word of an option, in small letters
   */
  boolean same(String said, String word) {
    if (Math.min(said.length(), word.length()) < SHORTEST) {
      return false;
    }
    return isLonger(said, word)
        || isLonger(word, said)
        || (!stemEndings.isEmpty()
            && said.regionMatches(0, word, 0, SHORTEST)
            && sameStem(said, word))
        || (accentsMayLack && said.length() == word.length() && withoutAccents(word).equals(said));
  }

  private boolean isLonger(String longer, String word) {
    int at = longer.length() > word.length() ? longer.indexOf(word) : -1;
    if (at < 0) {
      return false;
    }
    String prefix = longer.substring(0, at);
    String ending = longer.substring(at + word.length());
    boolean apostrophe = ending.length() > 1 && ending.charAt(0) == '\'';
    return (prefix.isEmpty() || prefixes.contains(prefix))
        && (ending.isEmpty() || apostrophe || endings.contains(ending));
  }

  private boolean sameStem(String said, String word) {
    String stem = stem(word);
    return stem.length() >= SHORTEST && stem.equals(stem(said));
  }

  private String stem(String word) {
    for (String ending : stemEndings) {
      if (word.endsWith(ending)) {
        return word.substring(0, word.length() - ending.length());
      }
    }
    return word;
  }

  private static String withoutAccents(String word) {
    return MARKS.matcher(Normalizer.normalize(word, Normalizer.Form.NFD)).replaceAll("");
  }
}
