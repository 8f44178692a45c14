package parrot.datasets.matching;

/**
 * A word, a number, a Chinese character, a symbol, or a mark between them.
 *
 * @param text as it stands, in plain form
 * @param key what equal words have in common: small letters, or the value of a number
 * @param number the value of a number in digits or words; empty if it is neither
 * @param spaced whether white space or the text's beginning stands before it
 */
record Token(Kind kind, String text, String key, String number, boolean spaced) {
  enum Kind {
    WORD,
    NUMBER,
    HAN,
    SYMBOL,
    MARK
  }

  boolean is(char mark) {
    return (kind == Kind.MARK || kind == Kind.SYMBOL) && text.charAt(0) == mark;
  }

  boolean isOneOf(String marks) {
    return (kind == Kind.MARK || kind == Kind.SYMBOL) && marks.indexOf(text.codePointAt(0)) >= 0;
  }

  /** Whether it says nothing by itself. */
  boolean isMark() {
    return kind == Kind.MARK;
  }

  boolean isOneLetter() {
    return (kind == Kind.WORD || kind == Kind.HAN) && text.codePointCount(0, text.length()) == 1;
  }

  boolean isSmall() {
    return kind == Kind.WORD && Character.isLowerCase(text.codePointAt(0));
  }

  /** Whether it is a capital letter, or a letter of a script that has none. */
  boolean isNotSmall() {
    return !Character.isLowerCase(text.codePointAt(0));
  }
}
