package parrot.datasets.language;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a text is written for people to read: its words in the script that prevails, without
 * code, markup, formulas, addresses and numbers.
 *
 * @param script empty text has {@link UnicodeScript#COMMON}; Chinese, Japanese and Korean text has
 *     {@link UnicodeScript#HAN}, {@link UnicodeScript#HIRAGANA} or {@link UnicodeScript#HANGUL}
 * @param words in order, as they were spelled
 */
record Prose(UnicodeScript script, List<String> words) {
  /** More words than this say nothing new and cost time. In chars. */
  private static final int ENOUGH = 160;

  /** Where words are looked for; further on only if these chars hold none. */
  private static final int BEGINNING = 400;

  private static final int LONGEST = 20_000;

  /** Blocks with a larger share of code among what is neither number nor space are left out. */
  private static final double CODE = 0.3;

  /** Share of the letters that the prevailing script must have. */
  private static final double PREVAILS = 0.6;

  /** Share of Japanese or Korean letters that tells these languages from Chinese. */
  private static final double NOT_CHINESE = 0.1;

  /** What a letter of the question weighs: the answer may be a name in another script. */
  private static final int QUESTION = 2;

  /** Han, kana and Hangul say in one letter what other scripts say in about three. */
  private static final int DENSE = 3;

  private static final Pattern MARKUP =
      Pattern.compile(
          "(?s)```.*?(```|$)" // fenced code
              + "|`[^`\n]*`"
              + "|</?[A-Za-z][^<>\n]*>|<!--.*?-->|&[a-z]+;" // HTML
              + "|\\$\\$.*?\\$\\$|\\$[^$\n]{1,200}\\$|\\\\[A-Za-z]+"); // LaTeX

  private static final String MARKS = "`<&$\\";

  /** An address counts neither as words nor as code. */
  private static final Pattern ADDRESS =
      Pattern.compile("\\W*(https?://|www\\.|data:).*|.+@.+\\..+");

  private static final Pattern BLOCK = Pattern.compile("\\n\\s*\\n");

  /** A statement that is made of words alone. */
  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?m)^\\s*(import [\\w.*]+( as \\w+)?;?|from \\S+ import .*"
              + "|(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP) .*|select .* from .*"
              + "|(try|else|finally|(while|except|elif|if|for|class|def|with)\\b.*):"
              + "|(- )?[a-z_][\\w.-]*(:|\\s*=)( *[\\w.\"'/-]+)?)\\s*$");

  /** A stretch without space that is code, whatever stands around it. */
  private static final Pattern CODE_TOKEN =
      Pattern.compile(
          ".*[{}|].*|.*(;|[\"'][)\\]]+|\\(\\)?:?)$|[\"'][\\w$-]+[\"']:"
              + "|.*([A-Za-z0-9_][(\\[{]|::|->|=>|==|!=|\\+=|-=|\\+\\+|&&|\\|\\||</|/>|=[\"'\\w]"
              + "|\\w_\\w|\\\\[nt]|[a-z][A-Z]|[A-Za-z][.][A-Za-z_]{2,}|[A-Za-z][0-9]+[A-Za-z])"
              + ".*"
              + "|--?[A-Za-z][\\w-]*|[#$@][\\w.]+|~?/?(\\w+/){2,}\\S*|&&|/\\S+|<<?|>>?|\\[\"?\\w*");

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}]+(['’][\\p{L}\\p{M}]+)*|[¿¡]");

  static Prose of(String text) {
    Prose prose = beginning(text, BEGINNING);
    return prose.words().isEmpty() && text.length() > BEGINNING ? beginning(text, LONGEST) : prose;
  }

  private static Prose beginning(String text, int limit) {
    String part = withoutMarkup(text.length() <= limit ? text : text.substring(0, limit));
    Map<UnicodeScript, List<String>> words = new EnumMap<>(UnicodeScript.class);
    Map<UnicodeScript, Integer> letters = new EnumMap<>(UnicodeScript.class);
    int taken = 0;
    for (String block : BLOCK.split(part)) {
      int weight = taken == 0 ? QUESTION : 1;
      for (String word : wordsOf(block)) {
        if (taken >= ENOUGH) {
          return prevailing(words, letters);
        }
        UnicodeScript script = UnicodeScript.of(word.codePointAt(0));
        words.computeIfAbsent(family(script), key -> new ArrayList<>()).add(word);
        taken += word.length() + 1;
        word.codePoints()
            .forEach(letter -> letters.merge(UnicodeScript.of(letter), weight, Integer::sum));
      }
    }
    return prevailing(words, letters);
  }

  private static String withoutMarkup(String text) {
    boolean plain = text.chars().noneMatch(c -> MARKS.indexOf(c) >= 0);
    return plain ? text : MARKUP.matcher(text).replaceAll(" ");
  }

  private static Prose prevailing(
      Map<UnicodeScript, List<String>> words, Map<UnicodeScript, Integer> letters) {
    Map<UnicodeScript, Integer> weights = new EnumMap<>(UnicodeScript.class);
    letters.forEach(
        (script, count) -> {
          boolean dense = family(script) == UnicodeScript.HAN;
          if (script != UnicodeScript.COMMON && script != UnicodeScript.INHERITED) {
            weights.merge(family(script), dense ? DENSE * count : count, Integer::sum);
          }
        });
    int total = weights.values().stream().mapToInt(weight -> weight).sum();
    for (Map.Entry<UnicodeScript, Integer> entry : weights.entrySet()) {
      if (entry.getValue() >= PREVAILS * total) {
        UnicodeScript script = entry.getKey();
        return new Prose(
            script == UnicodeScript.HAN ? eastAsian(letters) : script,
            words.getOrDefault(script, List.of()));
      }
    }
    return new Prose(UnicodeScript.COMMON, List.of());
  }

  private static UnicodeScript family(UnicodeScript script) {
    return switch (script) {
      case HIRAGANA, KATAKANA, HANGUL, BOPOMOFO -> UnicodeScript.HAN;
      default -> script;
    };
  }

  private static UnicodeScript eastAsian(Map<UnicodeScript, Integer> letters) {
    int kana =
        letters.getOrDefault(UnicodeScript.HIRAGANA, 0)
            + letters.getOrDefault(UnicodeScript.KATAKANA, 0);
    int hangul = letters.getOrDefault(UnicodeScript.HANGUL, 0);
    double all = kana + hangul + letters.getOrDefault(UnicodeScript.HAN, 0);
    if (kana >= NOT_CHINESE * all) {
      return UnicodeScript.HIRAGANA;
    }
    return hangul >= NOT_CHINESE * all ? UnicodeScript.HANGUL : UnicodeScript.HAN;
  }

  /** The words of a block; none if it is code. */
  private static List<String> wordsOf(String block) {
    List<String> words = new ArrayList<>();
    int code = 0;
    int prose = 0;
    Matcher statements = STATEMENT.matcher(block);
    while (statements.find()) {
      code += statements.end() - statements.start();
    }
    for (String token : UnicodeText.words(statements.replaceAll(" "))) {
      if (!isPlain(token)) {
        if (ADDRESS.matcher(token).matches()) {
          continue;
        }
        if (CODE_TOKEN.matcher(token).matches()) {
          code += token.length();
          continue;
        }
      }
      Matcher word = WORD.matcher(token);
      while (word.find()) {
        words.add(word.group());
        prose += word.end() - word.start();
      }
    }
    return code > CODE * (code + prose) ? List.of() : words;
  }

  /** Letters of which none but the first is a capital after a small one, and a mark at the end. */
  private static boolean isPlain(String token) {
    int last = token.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = token.charAt(i);
      boolean letter = Character.isLetter(c) || Character.getType(c) == Character.NON_SPACING_MARK;
      boolean camel =
          i > 0 && Character.isUpperCase(c) && Character.isLowerCase(token.charAt(i - 1));
      if (camel || !(letter || (i == last && ".,:!?".indexOf(c) >= 0))) {
        return false;
      }
    }
    return true;
  }
}
