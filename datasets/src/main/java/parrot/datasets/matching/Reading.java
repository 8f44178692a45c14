package parrot.datasets.matching;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** An answer's tokens, what each does in its sentence, and where options are named. */
final class Reading {
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
    nameTexts();
    assignRoles();
    findSentences();
    new LetterFinder(this).find();
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

  /** The last token that has a role; -1 if none has. */
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

  /** Whether a token does anything in its sentence. */
  boolean hasRole(int i) {
    return roles[i] != 0;
  }

  /** Forgets a mention that turned out to be another. */
  void drop(Mention mention) {
    mentions.remove(mention);
  }

  void add(Mention mention) {
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
