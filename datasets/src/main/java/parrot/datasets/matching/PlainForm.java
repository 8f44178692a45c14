package parrot.datasets.matching;

import java.text.Normalizer;
import java.util.regex.Pattern;

/** Texts without what does not change their meaning: width and style of letters, markup, marks. */
final class PlainForm {
  private static final Pattern LATEX =
      Pattern.compile(
          "\\\\(?:text(?:bf|it|rm|sf)?|math(?:rm|bf|sf|it)|operatorname|emph)(?![a-zA-Z])|\\\\[()\\[\\]]");

  private PlainForm() {}

  /** The plain form of a text, in which letters keep their case. */
  static String of(String text) {
    String bare = text.indexOf('\\') >= 0 ? LATEX.matcher(text).replaceAll("") : text;
    StringBuilder plain = new StringBuilder(bare.length());
    if (isAscii(bare)) {
      for (int i = 0; i < bare.length(); i++) {
        append(plain, bare.charAt(i));
      }
      return plain.toString();
    }
    String joined = Normalizer.normalize(bare, Normalizer.Form.NFKC);
    // A mark of accusative stands before or after its alef, which goes with it.
    joined = joined.replace("\u064B\u0627", "").replace("\u0627\u064B", "");
    joined.codePoints().forEach(codePoint -> append(plain, codePoint));
    return plain.toString();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static void append(StringBuilder plain, int codePoint) {
    switch (codePoint) {
      case '*', '`', '_', '#', '$', '~' -> {} // markup
      case 0x0300, 0x0301 -> {} // stress; accents of Latin letters are part of these by now
      case 0x0640, 0x0670 -> {} // tatweel, small alef
      case 0x2018, 0x2019, 0x02BC, 0x00B4 -> plain.append('\'');
      case 0x2212, 0x2010, 0x2011 -> plain.append('-');
      case 0x0622, 0x0623, 0x0625, 0x0671 -> plain.append('\u0627'); // alefs
      case 0x0649 -> plain.append('\u064A'); // alef maksura, yeh
      case 0x0629 -> plain.append('\u0647'); // teh marbuta, heh
      case 0x0451 -> plain.append('\u0435'); // io, ie
      case 0x0401 -> plain.append('\u0415');
      default -> appendOther(plain, codePoint);
    }
  }

  private static void appendOther(StringBuilder plain, int codePoint) {
    if (codePoint >= 0x1F130 && codePoint <= 0x1F189 && (codePoint - 0x1F130) % 32 < 26) {
      plain.append((char) ('A' + (codePoint - 0x1F130) % 32)); // letters in circles and squares
    } else if (!(codePoint >= 0x064B && codePoint <= 0x0652) // Arabic vowels
        && !(codePoint >= 0xFE00 && codePoint <= 0xFE0F) // variants
        && codePoint != 0x20E3
        && Character.getType(codePoint) != Character.FORMAT) {
      plain.appendCodePoint(codePoint);
    }
  }
}
