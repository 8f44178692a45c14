package parrot.datasets.matching;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The texts of a question's options, and where an answer holds one of them as whole words. */
final class OptionTexts {
  private record Text(char letter, List<Token> words) {}

  private static final Set<String> ORDINAL_ENDINGS = Set.of("st", "nd", "rd", "th");

  private final Lexicon lexicon;
  private final List<Text> texts = new ArrayList<>();
  private final Set<Character> letters;
  private final boolean named;
  private final boolean numbered;

  OptionTexts(Map<Character, String> options, Lexicon lexicon) {
    this.lexicon = lexicon;
    letters = new TreeSet<>(options.keySet());
    options.forEach(
        (letter, text) -> {
          List<Token> words = words(lexicon.tokens(PlainForm.of(text)));
          if (!words.isEmpty()) {
            texts.add(new Text(letter, words));
          }
        });
    named =
        texts.stream()
            .anyMatch(
                text ->
                    text.words.size() == 1
                        && text.words.get(0).isOneLetter()
                        && !Letters.options(text.words.get(0), letters).isEmpty());
    numbered = texts.stream().anyMatch(OptionTexts::hasNumber);
  }

  /** Without articles, unless there is nothing else. */
  private List<Token> words(List<Token> tokens) {
    List<Token> all = tokens.stream().filter(token -> !token.isMark()).toList();
    List<Token> words = all.stream().filter(token -> !lexicon.isArticle(token)).toList();
    return words.isEmpty() ? all : words;
  }

  private static boolean hasNumber(Text text) {
    // A number word within a text may be part of another word, as in 三角形, a triangle.
    return text.words.stream()
        .anyMatch(
            word ->
                word.kind() == Token.Kind.NUMBER
                    || (text.words.size() == 1 && !word.number().isEmpty()));
  }

  Set<Character> letters() {
    return letters;
  }

  /** Whether texts of options are letters that options are called by. */
  boolean areLetters() {
    return named;
  }

  /** Whether a text has a number. */
  boolean haveNumbers() {
    return numbered;
  }

  /**
   * The letters of the two options that mean yes and no, in this order; empty if these are others.
   */
  List<Character> yesAndNo() {
    if (texts.size() != 2 || letters.size() != 2) {
      return List.of();
    }
    int first = polarity(texts.get(0));
    int second = polarity(texts.get(1));
    if (first * second != -1) {
      return List.of();
    }
    char yes = texts.get(first == 1 ? 0 : 1).letter;
    char no = texts.get(first == 1 ? 1 : 0).letter;
    return List.of(yes, no);
  }

  private int polarity(Text text) {
    Lexicon.Node node = lexicon.phrases();
    for (Token word : text.words) {
      node = node == null ? null : node.next(word.key());
    }
    int roles = node == null ? 0 : node.roles();
    if ((roles & Role.NO.bit()) != 0) {
      return -1;
    }
    return (roles & Role.YES.bit()) != 0 ? 1 : 0;
  }

  /**
   * The longest text that begins at a token; null if none does.
   *
   * @param alone whether nothing else is said
   */
  Mention at(List<Token> tokens, int begin, boolean alone) {
    int longest = 0;
    int end = begin;
    boolean exact = false;
    Set<Character> found = null;
    for (Text text : texts) {
      int behind = end(text, tokens, begin);
      int last = Math.abs(behind);
      if (behind == 0 || !isWhole(text, tokens, begin, last, alone)) {
        continue;
      }
      int length = text.words.size();
      boolean equal = behind > 0;
      if (length > longest || (length == longest && equal && !exact)) {
        found = new TreeSet<>();
        longest = length;
        exact = equal;
        end = last;
      }
      if (found != null && length == longest && equal == exact) {
        found.add(text.letter);
      }
    }
    if (found == null && alone && !tokens.get(begin).number().isEmpty()) {
      found = withUnit(tokens.get(begin));
      end = begin + 1;
    }
    return found == null || found.isEmpty() ? null : new Mention(begin, end, found, Reason.TEXT);
  }

  /** The options that are this number and one word more, as its unit. */
  private Set<Character> withUnit(Token number) {
    Set<Character> found = new TreeSet<>();
    for (Text text : texts) {
      if (text.words.size() == 2 && text.words.get(0).number().equals(number.number())) {
        found.add(text.letter);
      }
    }
    return found;
  }

  /** The token behind a text; negative if a word is inflected; 0 if the text is not there. */
  private int end(Text text, List<Token> tokens, int begin) {
    int at = begin;
    boolean exact = true;
    for (int i = 0; i < text.words.size(); i++) {
      if (i > 0) {
        while (at < tokens.size() && isSkipped(tokens.get(at), text.words.get(i))) {
          at++;
        }
      }
      if (at >= tokens.size()) {
        return 0;
      }
      Token said = tokens.get(at);
      Token word = text.words.get(i);
      if (!isEqual(said, word)) {
        if (!isInflected(said, word)) {
          return 0;
        }
        exact = false;
      }
      at++;
    }
    return exact ? at : -at;
  }

  private boolean isSkipped(Token token, Token word) {
    if (token.isMark()) {
      return !token.isOneOf("\n?!;:。") && !(token.is('.') && token.spaced());
    }
    return lexicon.isArticle(token) && !token.key().equals(word.key());
  }

  private boolean isEqual(Token said, Token word) {
    return said.key().equals(word.key())
        || (lexicon.isOne(said) && word.number().equals("1"))
        || (lexicon.isOne(word) && said.number().equals("1"))
        || (!said.number().isEmpty() && said.number().equals(word.number()));
  }

  private boolean isInflected(Token said, Token word) {
    return said.kind() == Token.Kind.WORD
        && word.kind() == Token.Kind.WORD
        && lexicon.inflection().same(said.key(), word.key());
  }

  /** Whether what stands there is not part of a longer word. */
  private boolean isWhole(Text text, List<Token> tokens, int begin, int end, boolean alone) {
    Token first = tokens.get(begin);
    Token last = tokens.get(end - 1);
    Token before = begin > 0 ? tokens.get(begin - 1) : null;
    Token after = end < tokens.size() ? tokens.get(end) : null;
    if (text.words.size() == 1 && lexicon.isOne(first)) {
      return alone;
    }
    if (isHyphened(tokens, begin, -1) || isHyphened(tokens, end - 1, 1)) {
      return false;
    }
    boolean joinedBefore = before != null && !first.spaced();
    boolean joinedAfter = after != null && !after.spaced();
    if (joinedBefore
        && first.kind() == Token.Kind.HAN
        && before.kind() == Token.Kind.HAN
        && !lexicon.endsWord(before)) {
      return false;
    }
    if (joinedAfter
        && (text.words.size() == 1 || endsThere(tokens, end + 1))
        && last.kind() == Token.Kind.HAN
        && after.kind() == Token.Kind.HAN
        && !lexicon.endsWord(after)) {
      return false;
    }
    if (joinedBefore && first.kind() == Token.Kind.NUMBER && before.kind() == Token.Kind.WORD) {
      return false;
    }
    return !(joinedAfter
        && last.kind() == Token.Kind.NUMBER
        && ORDINAL_ENDINGS.contains(after.key()));
  }

  /** Whether a text that goes on by one more character is another word. */
  private static boolean endsThere(List<Token> tokens, int end) {
    return end == tokens.size() || tokens.get(end).isMark();
  }

  /** Whether a hyphen joins a word to the one beside it. */
  private static boolean isHyphened(List<Token> tokens, int at, int step) {
    int far = at + 2 * step;
    if (far < 0 || far >= tokens.size() || !tokens.get(at + step).is('-')) {
      return false;
    }
    int right = Math.max(at, far);
    return tokens.get(far).kind() == Token.Kind.WORD
        && tokens.get(at).kind() == Token.Kind.WORD
        && !tokens.get(right).spaced()
        && !tokens.get(right - 1).spaced();
  }
}
