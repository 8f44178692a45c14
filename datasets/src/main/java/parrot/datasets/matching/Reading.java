package parrot.datasets.matching;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import parrot.datasets.language.Language;

/** An answer's tokens, what each does in its sentence, and where options are named. */
final class Reading {
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

  final Lexicon lexicon;
  final OptionTexts options;
  final List<Token> tokens;
  private final int[] roles;
  private final int[] places;
  private final int[] phraseEnds;
  private final Mention[] at;
  private final boolean[] asides;
  private final int[] sentenceEnds;
  private final int firstWord;
  private final int words;
  private final boolean loud;
  private List<Mention> mentions = new ArrayList<>();

  Reading(List<Token> tokens, OptionTexts options, Lexicon lexicon) {
    this.tokens = tokens;
    this.options = options;
    this.lexicon = lexicon;
    roles = new int[tokens.size()];
    places = new int[tokens.size()];
    phraseEnds = new int[tokens.size()];
    at = new Mention[tokens.size()];
    asides = new boolean[tokens.size()];
    sentenceEnds = new int[tokens.size()];
    words = (int) tokens.stream().filter(token -> !token.isMark()).count();
    firstWord = IntStream.range(0, size()).filter(i -> !token(i).isMark()).findFirst().orElse(0);
    loud = tokens.stream().allMatch(Reading::isLoud);
    nameTexts();
    assignRoles();
    findSentences();
    nameLetters();
    namePlaces();
    nameYesAndNo();
    mentions.sort(Comparator.comparingInt(mention -> mention.begin));
  }

  /** In the order of the text. */
  List<Mention> mentions() {
    return mentions;
  }

  void keep(List<Mention> kept) {
    mentions = new ArrayList<>(kept);
  }

  int size() {
    return tokens.size();
  }

  Token token(int i) {
    return tokens.get(i);
  }

  Mention at(int i) {
    return at[i];
  }

  boolean has(int i, Role role) {
    return at[i] == null && (roles[i] & role.bit()) != 0;
  }

  boolean has(int i, Role first, Role second, Role third) {
    return has(i, first) || has(i, second) || has(i, third);
  }

  /** Whether any token has a role, and the last of them; -1 if none has. */
  int lastOf(Role role) {
    for (int i = size() - 1; i >= 0; i--) {
      if (has(i, role)) {
        return i;
      }
    }
    return -1;
  }

  /** The token behind the phrase that a token belongs to. */
  int phraseEnd(int i) {
    return Math.max(phraseEnds[i], i + 1);
  }

  /** Whether a token ends a sentence. */
  boolean endsSentence(int i) {
    Token token = token(i);
    return token.isOneOf("!?;\n。؟؛…") || (token.is('.') && !isInside(i));
  }

  private boolean isInside(int i) {
    return i + 1 < size() && !token(i + 1).spaced() && !token(i + 1).isMark();
  }

  /** Whether a token ends a clause. */
  boolean endsClause(int i) {
    return endsSentence(i) || token(i).isOneOf(",:،、—–");
  }

  /** The first token that says something. */
  int firstWord() {
    return firstWord;
  }

  /** Whether all that is said is what stands from one token to another. */
  boolean isAll(int begin, int end) {
    int own = 0;
    for (int i = begin; i < end; i++) {
      own += token(i).isMark() ? 0 : 1;
    }
    return own == words;
  }

  /** The mark that ends a token's sentence; the size if none does. */
  int sentenceEnd(int i) {
    return sentenceEnds[i];
  }

  /** Whether a token stands in a reason for something else. */
  boolean isAside(int i) {
    return asides[i];
  }

  private void findSentences() {
    int end = size();
    for (int i = size() - 1; i >= 0; i--) {
      end = endsSentence(i) ? i : end;
      sentenceEnds[i] = end;
    }
    findAsides();
  }

  /** A reason goes to the sentence's end, to a comma if it began it, or on if it is a heading. */
  private void findAsides() {
    boolean aside = false;
    boolean heading = false;
    boolean begins = false;
    for (int i = 0; i < size(); i++) {
      if (has(i, Role.REASON)) {
        aside = true;
        begins = i == 0 || endsSentence(i - 1);
        heading |= i + 1 < size() && token(i + 1).is(':');
      } else if (endsSentence(i) || (begins && token(i).isOneOf(",،"))) {
        aside = false;
      }
      asides[i] = aside || heading;
    }
  }

  private void add(Mention mention) {
    mentions.add(mention);
    for (int i = mention.begin; i < mention.end; i++) {
      at[i] = mention;
    }
  }

  /** Makes a mention go on to a later token. */
  void extend(Mention mention, int end) {
    for (int i = mention.end; i < end; i++) {
      at[i] = mention;
    }
    mention.end = end;
  }

  private void nameTexts() {
    int i = 0;
    while (i < size()) {
      Mention mention = token(i).isMark() ? null : options.at(tokens, i, words == 1);
      if (mention == null || beginsLongerRefusal(i, mention.end)) {
        i++;
      } else {
        add(mention);
        i = mention.end;
      }
    }
  }

  /** As "Não" does in "Não sei". */
  private boolean beginsLongerRefusal(int begin, int end) {
    Lexicon.Node node = lexicon.phrases();
    for (int i = begin; i < size() && node != null; i++) {
      node = node.next(token(i).key());
      boolean refusal = node != null && (node.roles() & Role.REFUSAL.bit()) != 0;
      if (refusal && i >= end) {
        return true;
      }
    }
    return false;
  }

  private void assignRoles() {
    int i = 0;
    while (i < size()) {
      Lexicon.Node node = lexicon.phrases();
      Lexicon.Node found = null;
      int end = i;
      for (int j = i; j < size() && at[j] == null && !token(j).isMark(); j++) {
        node = node.next(token(j).key());
        if (node == null) {
          break;
        }
        if (node.roles() != 0) {
          found = node;
          end = j + 1;
        }
      }
      for (int j = i; j < end; j++) {
        roles[j] = found.roles();
        places[j] = found.place();
        phraseEnds[j] = end;
      }
      i = Math.max(end, i + 1);
    }
  }

  private void nameLetters() {
    for (int i = 0; i < size(); i++) {
      Token token = token(i);
      if (!token.isOneLetter() || isPartOfWord(i)) {
        continue;
      }
      Set<Character> letters = Letters.options(token, options.letters());
      if (letters.isEmpty()) {
        continue;
      }
      if (at[i] == null) {
        if (isLetter(i)) {
          add(new Mention(i, i + 1, letters, Reason.LETTER));
        }
      } else if (options.areLetters() && at[i].end == i + 1 && isAnsweredLetter(i)) {
        mentions.remove(at[i]);
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
        || at[i] != null
        || token(i).kind() != Token.Kind.HAN
        || roles[i] != 0;
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
      if (has(j, Role.ANSWER, Role.ANSWER, Role.ANSWER) || (nounsCount && has(j, Role.NOUN))) {
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
    return at[i + 1] == null && hasAny(i + 1, FOLLOWS_LETTER);
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
    if (at[i + 1] != null) {
      return at[i + 1].isText();
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

  /** Whether no word has a small letter. */
  private static boolean isLoud(Token token) {
    return token.kind() != Token.Kind.WORD
        || token.text().codePoints().noneMatch(Character::isLowerCase);
  }

  private void namePlaces() {
    int count = options.letters().size();
    List<Character> letters = List.copyOf(options.letters());
    for (int i = 0; i < size(); i = phraseEnd(i)) {
      int place = 0;
      if (has(i, Role.PLACE)) {
        if (isNamed(i) || (!options.haveNumbers() && saysOnlyPlaces())) {
          place = places[i] == Lexicon.LAST ? count : places[i];
        }
      } else if (i > 0
          && at[i] == null
          && has(i - 1, Role.NOUN)
          && !options.haveNumbers()
          && token(i).number().matches("[1-9]")) {
        place = Integer.parseInt(token(i).number());
      }
      if (place > 0 && place <= count) {
        add(new Mention(i, phraseEnd(i), Set.of(letters.get(place - 1)), Reason.PLACE));
      }
    }
  }

  /** Whether "option" or the like stands at a place. */
  private boolean isNamed(int i) {
    int next = phraseEnd(i);
    while (next < size() && (has(next, Role.LINK) || has(next, Role.ARTICLE))) {
      next++;
    }
    return (i > 0 && has(i - 1, Role.NOUN)) || (next < size() && has(next, Role.NOUN));
  }

  private boolean saysOnlyPlaces() {
    for (int i = 0; i < size(); i++) {
      if (!token(i).isMark()
          && !has(i, Role.PLACE)
          && !has(i, Role.ARTICLE, Role.LINK, Role.NOUN)
          && !has(i, Role.AFFIRM, Role.ANSWER, Role.CONCLUSION)) {
        return false;
      }
    }
    return true;
  }

  private void nameYesAndNo() {
    List<Character> yesAndNo = options.yesAndNo();
    if (yesAndNo.isEmpty()) {
      return;
    }
    for (int i = 0; i < size(); i = phraseEnd(i)) {
      boolean yes = has(i, Role.YES);
      boolean no = has(i, Role.NO);
      boolean denies = no && has(i, Role.NEGATION) && saysYesOrNoLater(i);
      if (yes != no && !denies && !has(i, Role.REFUSAL)) {
        Set<Character> letter = new TreeSet<>(Set.of(yesAndNo.get(yes ? 0 : 1)));
        add(new Mention(i, phraseEnd(i), letter, Reason.TEXT));
      }
    }
  }

  private boolean saysYesOrNoLater(int i) {
    for (int j = phraseEnd(i); j < size() && !endsClause(j); j++) {
      if (at[j] != null || has(j, Role.YES) || has(j, Role.NO)) {
        return true;
      }
    }
    return false;
  }
}
