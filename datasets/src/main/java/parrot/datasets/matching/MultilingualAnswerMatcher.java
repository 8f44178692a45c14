package parrot.datasets.matching;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import parrot.datasets.language.UnicodeText;

/**
 * Which option an answer counts as, in languages other than English too. The published rules see no
 * letter in "答案是B", in a full-width "Ｂ", in a Cyrillic "В" or in "الإجابة: ب", and take the article
 * of "A kite is there" for an option. This one reads the former and not the latter:
 *
 * <ul>
 *   <li>Full-width forms count as plain ones, and a word ends where the script changes.
 *   <li>Cyrillic letters that look like Latin ones count as these. The first letters of the Arabic
 *       alphabet in its old order count as A to E.
 *   <li>A small letter counts if it is the whole answer.
 *   <li>A letter that is a word of its language (English and Portuguese A, Portuguese E, Russian А,
 *       В, С) is that word where another in small letters follows, unless that is an "and" or "or".
 * </ul>
 *
 * <p>Refusals and the texts of options count as by {@link PublishedAnswerMatcher}; nothing is
 * guessed.
 */
public final class MultilingualAnswerMatcher {
  private static final Map<Integer, Character> LETTERS = letters();

  /** Letters that are words by themselves. */
  private static final Set<Integer> WORDS = Set.of((int) 'A', (int) 'E', 0x0410, 0x0412, 0x0421);

  /** And, or: what follows a letter in a list of letters. */
  private static final Set<String> CONJUNCTIONS =
      Set.of("and", "or", "e", "ou", "ve", "veya", "и", "или");

  private MultilingualAnswerMatcher() {}

  private static Map<Integer, Character> letters() {
    Map<Integer, Character> letters = new HashMap<>();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      letters.put((int) letter, letter);
    }
    letters.put(0x0410, 'A'); // Cyrillic A
    letters.put(0x0412, 'B'); // Cyrillic Ve
    letters.put(0x0421, 'C'); // Cyrillic Es
    letters.put(0x0415, 'E'); // Cyrillic Ie
    letters.put(0x0623, 'A'); // Arabic Alef with Hamza
    letters.put(0x0627, 'A'); // Arabic Alef
    letters.put(0x0628, 'B'); // Arabic Beh
    letters.put(0x062C, 'C'); // Arabic Jeem
    letters.put(0x062F, 'D'); // Arabic Dal
    letters.put(0x0647, 'E'); // Arabic Heh
    return letters;
  }

  /**
   * The option that an answer counts as.
   *
   * @param options text by letter
   * @return its letter; {@link PublishedAnswerMatcher#REFUSED} for a refusal; nothing where no
   *     option or several match
   */
  public static Match match(
      String prediction,
      Map<Character, String> options,
      parrot.datasets.language.Language language) {
    String plain = plain(prediction);
    Map<Character, String> plainOptions = new TreeMap<>();
    options.forEach((letter, text) -> plainOptions.put(letter, plain(text)));
    if (PublishedAnswerMatcher.isFailedRequest(prediction)) {
      return PublishedAnswerMatcher.text(plain, plainOptions, PublishedAnswerMatcher.Version.V2024);
    }
    if (PublishedAnswerMatcher.isRefusal(prediction)) {
      return Match.REFUSED;
    }
    Set<Character> found = new TreeSet<>(lettersIn(plain));
    boolean refused = found.contains(Match.REFUSAL);
    found.retainAll(options.keySet());
    if (found.size() == 1) {
      return Match.of(found.iterator().next(), Reason.LETTER);
    }
    if (found.isEmpty() && refused) {
      return Match.REFUSED;
    }
    return PublishedAnswerMatcher.text(plain, plainOptions, PublishedAnswerMatcher.Version.V2024);
  }

  private static String plain(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC);
  }

  /** The option letters among the words of a text, whether or not there is such an option. */
  private static List<Character> lettersIn(String text) {
    List<Word> words = words(text);
    List<Character> letters = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      Word word = words.get(i);
      if (!word.isOneLetter()) {
        continue;
      }
      int letter = text.codePointAt(word.begin);
      if (words.size() == 1) {
        letter = Character.toUpperCase(letter);
      }
      boolean article =
          WORDS.contains(letter) && i + 1 < words.size() && continues(text, word, words.get(i + 1));
      if (LETTERS.containsKey(letter) && !article) {
        letters.add(LETTERS.get(letter));
      }
    }
    return letters;
  }

  /** Whether the second word goes on with a sentence that the first, one letter, belongs to. */
  private static boolean continues(String text, Word word, Word next) {
    return next.begin > word.end
        && UnicodeText.isBlank(text.substring(word.end, next.begin))
        && Character.isLowerCase(text.codePointAt(next.begin))
        && !CONJUNCTIONS.contains(text.substring(next.begin, next.end));
  }

  private static List<Word> words(String text) {
    List<Word> words = new ArrayList<>();
    int begin = -1;
    int letters = 0;
    Character.UnicodeScript script = null;
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      Character.UnicodeScript own = Character.UnicodeScript.of(codePoint);
      if (own == Character.UnicodeScript.COMMON && script != null) {
        own = script; // digits belong to the word they stand in
      }
      boolean mark = isMark(codePoint);
      boolean ends = !mark && (!Character.isLetterOrDigit(codePoint) || own != script);
      if (begin >= 0 && ends) {
        words.add(new Word(begin, at, letters));
        begin = -1;
      }
      if (!mark && Character.isLetterOrDigit(codePoint)) {
        if (begin < 0) {
          begin = at;
          letters = 0;
          script = own;
        }
        letters++;
      }
      at += Character.charCount(codePoint);
    }
    if (begin >= 0) {
      words.add(new Word(begin, text.length(), letters));
    }
    return words;
  }

  private static boolean isMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /** A word's place in a text, and how many letters and digits it has. */
  private record Word(int begin, int end, int letters) {
    boolean isOneLetter() {
      return letters == 1;
    }
  }
}
