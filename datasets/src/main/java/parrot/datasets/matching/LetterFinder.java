package parrot.datasets.matching;

import java.util.Set;
import parrot.datasets.language.Language;

/** Finds the letters of an answer that name options, and are no words of their language. */
final class LetterFinder {
  private static final String CLOSING = ")]}\"'»”」】』>";
  private static final String OPENING = "([{\"'«“「【『<";

  /** What a letter is followed by that a word of one letter is not. */
  private static final Set<Role> FOLLOWS_LETTER =
      Set.of(
          Role.LINK,
          Role.JOIN,
          Role.CONTRAST,
          Role.REASON,
          Role.NEGATION,
          Role.AFFIRM,
          Role.REJECT,
          Role.AGAINST);

  private final Reading reading;
  private final OptionTexts options;
  private final Lexicon lexicon;

  /** Whether no word has a small letter. */
  private final boolean loud;

  LetterFinder(Reading reading) {
    this.reading = reading;
    options = reading.options;
    lexicon = reading.lexicon;
    loud = reading.tokens.stream().allMatch(LetterFinder::isLoud);
  }

  /** Adds a mention for each letter that names an option. */
  void find() {
    for (int i = 0; i < size(); i++) {
      Token token = token(i);
      if (!token.isOneLetter() || isPartOfWord(i)) {
        continue;
      }
      Set<Character> letters = Letters.options(token, options.letters());
      if (letters.isEmpty()) {
        continue;
      }
      if (at(i) == null) {
        if (isLetter(i)) {
          add(new Mention(i, i + 1, letters, Reason.LETTER));
        }
      } else if (options.areLetters() && at(i).end == i + 1 && isAnsweredLetter(i)) {
        reading.drop(at(i));
        add(new Mention(i, i + 1, letters, Reason.LETTER));
      }
    }
  }

  /** Whether digits, or letters behind a hyphen, stand at the letter. */
  private boolean isPartOfWord(int i) {
    Token token = token(i);
    Token before = i > 0 ? token(i - 1) : null;
    Token after = i + 1 < size() ? token(i + 1) : null;
    boolean joined = after != null && !after.spaced();
    if (i > 1 && before.is('/') && !token.spaced() && isOtherWord(i - 2)) { // "N/A"
      return true;
    }
    if (before != null && !token.spaced() && before.kind() == Token.Kind.NUMBER) {
      return true;
    }
    if (!joined || after.kind() == Token.Kind.NUMBER) {
      return joined;
    }
    Token next = i + 2 < size() ? token(i + 2) : null;
    if (after.isOneOf("+&%")) { // "C++", but "A+B"
      return next == null || !next.isOneLetter();
    }
    return after.is('-')
        && next != null
        && next.kind() == Token.Kind.WORD
        && !next.isOneLetter()
        && !next.spaced();
  }

  private boolean isOtherWord(int i) {
    Token word = token(i);
    return word.kind() == Token.Kind.WORD
        && (!word.isOneLetter() || Letters.options(word, options.letters()).isEmpty());
  }

  /** Whether a letter that is also an option's text is meant as a letter. */
  private boolean isAnsweredLetter(int i) {
    boolean option = i > 0 && has(i - 1, Role.NOUN) && !has(i - 1, Role.CHARACTER);
    return isAll(i, i + 1) || isEnumerated(i) || option || isIntroduced(i, false);
  }

  private boolean isLetter(int i) {
    Token token = token(i);
    if (isAll(i, i + 1) || isBracketed(i) || isEnumerated(i) || isAloneOnLine(i)) {
      return true;
    }
    if (token.kind() == Token.Kind.HAN) {
      return isFree(i - 1) && isFree(i + 1);
    }
    boolean cased = Character.isUpperCase(token.text().codePointAt(0));
    if (!token.isNotSmall()) {
      boolean named =
          i + 1 < size()
              && has(i + 1, Role.NOUN)
              && !Letters.isWord(token, lexicon.language()); // as in Turkish "d şıkkı"
      return named || (isIntroduced(i, true) && isFollowedAsLetter(i));
    }
    if (!cased && token.text().equals("\u0648")) { // Arabic "and"
      return isIntroduced(i, true);
    }
    return !isWordHere(i);
  }

  private boolean isFree(int i) {
    return i < 0
        || i >= size()
        || token(i).isMark()
        || at(i) != null
        || token(i).kind() != Token.Kind.HAN
        || reading.hasRole(i);
  }

  private boolean isBracketed(int i) {
    return i > 0
        && i + 1 < size()
        && token(i - 1).isOneOf(OPENING)
        && token(i + 1).isOneOf(CLOSING);
  }

  /** As in "b) a star", at the beginning of a line. */
  private boolean isEnumerated(int i) {
    return (i == 0 || token(i - 1).is('\n') || token(i - 1).isOneOf(OPENING))
        && i + 1 < size()
        && !token(i + 1).spaced()
        && token(i + 1).isOneOf(").:]");
  }

  private boolean isAloneOnLine(int i) {
    int before = i - 1;
    while (before >= 0 && token(before).isMark() && !token(before).is('\n')) {
      before--;
    }
    int after = i + 1;
    while (after < size() && token(after).isMark() && !token(after).is('\n')) {
      after++;
    }
    return (before < 0 || token(before).is('\n')) && (after == size() || token(after).is('\n'));
  }

  /** Whether "answer" or the like, or "option" if that counts, stands before a letter. */
  private boolean isIntroduced(int i, boolean nounsCount) {
    for (int j = i - 1; j >= 0 && j > i - 8; j--) {
      if (has(j, Role.ANSWER) || (nounsCount && has(j, Role.NOUN))) {
        return true;
      }
      if (token(j).is('\n') || !(token(j).isMark() || has(j, Role.LINK) || has(j, Role.NOUN))) {
        return false;
      }
    }
    return false;
  }

  private boolean isFollowedAsLetter(int i) {
    if (i + 1 == size() || token(i + 1).isMark()) {
      return true;
    }
    return at(i + 1) == null && hasAny(i + 1, FOLLOWS_LETTER);
  }

  private boolean hasAny(int i, Set<Role> some) {
    return some.stream().anyMatch(role -> has(i, role));
  }

  /** Whether a capital letter is a word, as in "A kite". */
  private boolean isWordHere(int i) {
    if (!Letters.isWord(token(i), lexicon.language()) && !isEnglishArticle(i)) {
      return false;
    }
    if (i + 1 == size() || token(i + 1).isMark()) {
      return false;
    }
    if (at(i + 1) != null) {
      return at(i + 1).isText();
    }
    if (isIntroduced(i, true)) {
      return false;
    }
    Token next = token(i + 1);
    boolean wordFollows =
        next.kind() == Token.Kind.WORD && !next.isOneLetter() && !isSaidOfLetter(i + 1);
    return wordFollows && (beginsSentence(i) ? next.isSmall() || loud : loud);
  }

  /** In Portuguese an adjective at once behind it makes the letter an article: "A correta". */
  private boolean isSaidOfLetter(int i) {
    boolean adjective = lexicon.language().equals(Language.PT) && has(i, Role.AFFIRM);
    return hasAny(i, FOLLOWS_LETTER) && !adjective;
  }

  private boolean isEnglishArticle(int i) {
    return token(i).text().equals("A")
        && i + 1 < size()
        && token(i + 1).kind() == Token.Kind.WORD
        && token(i + 1).key().charAt(0) < 0x80;
  }

  private boolean beginsSentence(int i) {
    return i == 0 || token(i - 1).isMark();
  }

  private static boolean isLoud(Token token) {
    return token.kind() != Token.Kind.WORD
        || token.text().codePoints().noneMatch(Character::isLowerCase);
  }

  private int size() {
    return reading.size();
  }

  private Token token(int i) {
    return reading.token(i);
  }

  private Mention at(int i) {
    return reading.at(i);
  }

  private boolean has(int i, Role role) {
    return reading.has(i, role);
  }

  private boolean isAll(int begin, int end) {
    return reading.isAll(begin, end);
  }

  private void add(Mention mention) {
    reading.add(mention);
  }
}
