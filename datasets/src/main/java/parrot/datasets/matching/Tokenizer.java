package parrot.datasets.matching;

import java.lang.Character.UnicodeScript;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Cuts a plain text into tokens. A word ends at any mark and where the script changes, but an
 * apostrophe within it belongs to it, unless one letter alone stands before: "isn't" is one word,
 * "B'dir" two. Each Chinese character is a token.
 */
final class Tokenizer {
  private static final Pattern THOUSANDS = Pattern.compile("-?\\d{1,3}(,\\d{3})+(\\.\\d+)?");
  private static final Pattern COMMA = Pattern.compile("-?\\d+,\\d+");
  private static final Pattern POINT = Pattern.compile("-?\\d+(\\.\\d+)?");

  private final Locale locale;
  private final Function<String, String> numberOfWord;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private boolean spaced = true;

  private Tokenizer(String text, Locale locale, Function<String, String> numberOfWord) {
    this.text = text;
    this.locale = locale;
    this.numberOfWord = numberOfWord;
  }

  /**
   * @param text in plain form
   * @param locale by which capital letters become small
   * @param numberOfWord the value of a number word; empty for other words
   */
  static List<Token> tokens(String text, Locale locale, Function<String, String> numberOfWord) {
    Tokenizer tokenizer = new Tokenizer(text, locale, numberOfWord);
    while (tokenizer.at < text.length()) {
      tokenizer.next();
    }
    return tokenizer.tokens;
  }

  private void next() {
    int codePoint = text.codePointAt(at);
    if (codePoint == '\n') {
      at++;
      if (!tokens.isEmpty() && !tokens.get(tokens.size() - 1).is('\n')) {
        add(Token.Kind.MARK, "\n", "\n", "");
      }
      spaced = true;
    } else if (Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint)) {
      at += Character.charCount(codePoint);
      spaced = true;
    } else if (Character.isDigit(codePoint) || isMinus()) {
      number();
    } else if (Character.isIdeographic(codePoint)) {
      String one = Character.toString(codePoint);
      at += one.length();
      add(Token.Kind.HAN, one, one, numberOfWord.apply(one));
    } else if (Character.isLetter(codePoint)) {
      word(UnicodeScript.of(codePoint));
    } else if (codePoint == '\'' && at > 0 && Character.isLetter(text.codePointBefore(at))) {
      at++;
    } else {
      String one = Character.toString(codePoint);
      at += one.length();
      add(isSymbol(codePoint) ? Token.Kind.SYMBOL : Token.Kind.MARK, one, one, "");
    }
  }

  private static boolean isSymbol(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.MATH_SYMBOL
        || type == Character.OTHER_SYMBOL
        || type == Character.CURRENCY_SYMBOL
        || codePoint == '%';
  }

  private void add(Token.Kind kind, String said, String key, String number) {
    tokens.add(new Token(kind, said, key, number, spaced));
    spaced = false;
  }

  private boolean isMinus() {
    return text.charAt(at) == '-'
        && spaced
        && at + 1 < text.length()
        && Character.isDigit(text.charAt(at + 1));
  }

  private void word(UnicodeScript script) {
    int begin = at;
    int letters = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (codePoint == '\'') {
        boolean goesOn =
            letters > 1 && at + 1 < text.length() && Character.isLetter(text.charAt(at + 1));
        if (!goesOn) {
          break;
        }
      } else if (Character.isLetter(codePoint)
          && !Character.isIdeographic(codePoint)
          && UnicodeScript.of(codePoint) == script) {
        letters++;
      } else if (!isMark(codePoint)) {
        break;
      }
      at += Character.charCount(codePoint);
    }
    if (letters == 2 && isJoinedArabicLetter(begin)) {
      at = begin + 1;
    }
    String said = text.substring(begin, at);
    String key = said.toLowerCase(locale);
    add(Token.Kind.WORD, said, key, numberOfWord.apply(key));
  }

  /** Whether two letters are an "and" and an option's letter, after another such letter. */
  private boolean isJoinedArabicLetter(int begin) {
    boolean and = text.charAt(begin) == '\u0648' && at == begin + 2;
    return and
        && !tokens.isEmpty()
        && tokens.get(tokens.size() - 1).isOneLetter()
        && "\u0627\u0628\u062C\u062F\u0647".indexOf(text.charAt(begin + 1)) >= 0;
  }

  private static boolean isMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /** Digits with what joins them: a decimal number, or a fraction, time, range or date. */
  private void number() {
    StringBuilder digits = new StringBuilder();
    if (text.charAt(at) == '-') {
      digits.append('-');
      at++;
    }
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      int size = Character.charCount(codePoint);
      if (Character.isDigit(codePoint)) {
        digits.append(Character.digit(codePoint, 10));
      } else if (".,:/-\u066B\u066C".indexOf(codePoint) >= 0
          && at + size < text.length()
          && Character.isDigit(text.codePointAt(at + size))) {
        digits.append(codePoint == 0x066B ? '.' : codePoint == 0x066C ? ',' : (char) codePoint);
      } else {
        break;
      }
      at += size;
    }
    String said = digits.toString();
    String value = value(said);
    add(Token.Kind.NUMBER, said, value, value);
  }

  private static String value(String digits) {
    String plain = digits;
    if (THOUSANDS.matcher(plain).matches()) {
      plain = plain.replace(",", "");
    } else if (COMMA.matcher(plain).matches()) {
      plain = plain.replace(',', '.');
    } else if (!POINT.matcher(plain).matches()) {
      return digits;
    }
    return new BigDecimal(plain).stripTrailingZeros().toPlainString();
  }
}
