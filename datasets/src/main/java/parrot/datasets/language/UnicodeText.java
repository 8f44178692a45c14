package parrot.datasets.language;

import java.util.ArrayList;
import java.util.List;

/**
 * Whitespace as the published code sees it. Java knows three other notions of it, and none of them
 * counts the no-break space and the next-line character as Python's {@code strip} and {@code split}
 * do.
 */
public final class UnicodeText {
  private UnicodeText() {}

  /** Whether the published code treats this code point as white. */
  static boolean isSpace(int codePoint) {
    return (codePoint >= 0x09 && codePoint <= 0x0D)
        || (codePoint >= 0x1C && codePoint <= 0x20)
        || codePoint == 0x85
        || codePoint == 0xA0
        || codePoint == 0x1680
        || (codePoint >= 0x2000 && codePoint <= 0x200A)
        || codePoint == 0x2028
        || codePoint == 0x2029
        || codePoint == 0x202F
        || codePoint == 0x205F
        || codePoint == 0x3000;
  }

  /** Without the whitespace at both ends. */
  public static String strip(String text) {
    int begin = 0;
    int end = text.length();
    // Every space is one char, so chars will do.
    while (begin < end && isSpace(text.charAt(begin))) {
      begin++;
    }
    while (end > begin && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(begin, end);
  }

  /** Whether nothing but whitespace is there. */
  public static boolean isBlank(String text) {
    return strip(text).isEmpty();
  }

  /** The words between stretches of whitespace; none is empty. */
  public static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int begin = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean space = i == text.length() || isSpace(text.charAt(i));
      if (space && begin >= 0) {
        words.add(text.substring(begin, i));
        begin = -1;
      } else if (!space && begin < 0) {
        begin = i;
      }
    }
    return words;
  }
}
