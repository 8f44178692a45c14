package parrot.datasets.matching;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import parrot.datasets.matching.Mention.Strength;

/** What an answer says of each option that it names. */
final class Context {
  /** How far from an option its introduction may stand, in tokens. */
  private static final int REACH = 14;

  private final Reading reading;

  private Context(Reading reading) {
    this.reading = reading;
  }

  /**
   * Sets what is said of each mention, joins a letter with its own text, and drops lists of all
   * options that are only repeated from the question.
   *
   * @return whether the letter of one option stands with the text of another
   */
  static boolean apply(Reading reading) {
    Context context = new Context(reading);
    boolean contradicts = context.joinLettersWithTexts();
    context.dropRepeatedOptions();
    for (List<Mention> list : context.lists()) {
      context.judge(list);
    }
    context.continueStatements();
    context.takeBack();
    return contradicts;
  }

  private boolean joinLettersWithTexts() {
    List<Mention> joined = new ArrayList<>();
    boolean contradicts = false;
    for (Mention mention : reading.mentions()) {
      Mention last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
      boolean pair =
          last != null
              && !last.isText()
              && mention.isText()
              && areOnlyMarks(last.end, mention.begin, ".):]-(—\"'");
      if (pair && mention.options.containsAll(last.options)) {
        reading.extend(last, mention.end);
      } else {
        contradicts |= pair && endsThere(mention) && mention.begin > last.end;
        joined.add(mention);
      }
    }
    reading.keep(joined);
    return contradicts;
  }

  private boolean areOnlyMarks(int begin, int end, String marks) {
    for (int i = begin; i < end; i++) {
      if (!reading.token(i).isOneOf(marks)) {
        return false;
      }
    }
    return true;
  }

  private boolean endsThere(Mention mention) {
    return mention.end == reading.size()
        || (reading.token(mention.end).isMark() && reading.isAll(0, mention.end));
  }

  private void dropRepeatedOptions() {
    List<Mention> mentions = reading.mentions();
    int count = reading.options.letters().size();
    for (int first = 0; first + count <= mentions.size(); first++) {
      if (!isEnumerated(mentions.get(first))) {
        continue;
      }
      List<Mention> run = mentions.subList(first, first + count);
      Set<Character> named = new HashSet<>();
      boolean enumerated = true;
      for (Mention mention : run) {
        named.addAll(mention.options);
        enumerated &= isEnumerated(mention);
      }
      if (enumerated && named.size() == count) {
        List<Mention> rest = new ArrayList<>(mentions);
        rest.removeAll(run);
        reading.keep(rest);
        return;
      }
    }
  }

  /** Whether it is a letter with its own text. */
  private static boolean isEnumerated(Mention mention) {
    return !mention.isText() && mention.end > mention.begin + 1;
  }

  /** Mentions joined by "and", "or" and commas; others alone. */
  private List<List<Mention>> lists() {
    List<List<Mention>> lists = new ArrayList<>();
    List<Mention> list = new ArrayList<>();
    boolean joined = false;
    for (Mention mention : reading.mentions()) {
      if (!list.isEmpty() && !continues(list.get(list.size() - 1), mention)) {
        close(list, joined, lists);
        list = new ArrayList<>();
        joined = false;
      }
      if (!list.isEmpty()) {
        joined |= isJoined(list.get(list.size() - 1), mention);
      }
      list.add(mention);
    }
    close(list, joined, lists);
    return lists;
  }

  /** Without "and" or "or", commas make no list: "Not A, B" denies one. */
  private static void close(List<Mention> list, boolean joined, List<List<Mention>> lists) {
    if (joined) {
      lists.add(list);
    } else {
      list.forEach(mention -> lists.add(List.of(mention)));
    }
  }

  private boolean continues(Mention before, Mention after) {
    for (int i = before.end; i < after.begin; i++) {
      if (!reading.token(i).isOneOf(",،、/&+()\"")
          && !reading.has(i, Role.JOIN, Role.ARTICLE, Role.NOUN)) {
        return false;
      }
    }
    return true;
  }

  private boolean isJoined(Mention before, Mention after) {
    for (int i = before.end; i < after.begin; i++) {
      if (reading.token(i).isOneOf("、/&+") || reading.has(i, Role.JOIN)) {
        return true;
      }
    }
    return false;
  }

  /** "Answer: A, C" states both. */
  private void continueStatements() {
    Mention before = null;
    for (Mention mention : reading.mentions()) {
      boolean stated = before != null && before.introducedAt >= 0 && !before.denied;
      boolean ends = mention.end == reading.size() || reading.endsSentence(mention.end);
      if (stated && ends && !mention.denied && areOnlyMarks(before.end, mention.begin, ",،;")) {
        mention.strength = Strength.STATED;
        mention.introducedAt = before.introducedAt;
      }
      before = mention;
    }
  }

  private void judge(List<Mention> list) {
    Mention first = list.get(0);
    Mention last = list.get(list.size() - 1);
    lookBack(first);
    lookAhead(last);
    boolean denied = first.denied || last.denied || isDeniedInClause(first);
    boolean stated = first.introducedAt >= 0 || last.strength == Strength.STATED;
    for (Mention mention : list) {
      mention.denied = denied;
      mention.asked = isAsked(last);
      mention.concludes = first.concludes;
      mention.introducedAt = first.introducedAt;
      mention.aside = reading.isAside(mention.begin) && first.introducedAt < 0;
      if (stated) {
        mention.strength = Strength.STATED;
      } else if (!mention.isText() && isFirst(mention)) {
        mention.strength = Strength.FIRST;
      } else if (!mention.isText() && isLastLine(mention)) {
        mention.strength = Strength.STATED;
      }
    }
  }

  /** Whether the answer is introduced before a mention, or denied at once. */
  private void lookBack(Mention mention) {
    boolean direct = true;
    boolean linked = false;
    for (int i = mention.begin - 1; i >= 0 && i >= mention.begin - REACH; i--) {
      if (reading.at(i) != null) {
        return;
      }
      if (direct && reading.has(i, Role.AGAINST)) {
        mention.denied = true;
        return;
      }
      if (reading.has(i, Role.ANSWER) || reading.has(i, Role.CONCLUSION)) {
        if (i > 0 && reading.has(i - 1, Role.JOIN)) { // "or maybe B"
          return;
        }
        mention.introducedAt = i;
        mention.concludes |= reading.has(i, Role.CONCLUSION);
        return;
      }
      if (linked && reading.has(i, Role.CONTRAST)) { // "but it is B"
        mention.introducedAt = i;
        mention.concludes = true;
        return;
      }
      boolean glue =
          reading.has(i, Role.LINK, Role.NOUN, Role.ARTICLE)
              || reading.token(i).isOneOf(":-=([{\"'«“—–>→【「\n<");
      if (!glue) {
        return;
      }
      linked |= reading.has(i, Role.LINK);
      direct &= reading.has(i, Role.ARTICLE) || reading.has(i, Role.NOUN);
    }
  }

  /** Whether what follows a mention calls it right or wrong. */
  private void lookAhead(Mention mention) {
    boolean linked = false;
    int i = mention.end;
    while (i < reading.size() && i < mention.end + REACH && reading.at(i) == null) {
      boolean listed = i > mention.end && reading.token(i - 1).is(':'); // "A: no"
      if (reading.has(i, Role.REJECT)
          || reading.has(i, Role.NEGATION_AFTER)
          || (listed && reading.has(i, Role.NO))) {
        mention.denied = true;
        return;
      }
      if (listed && reading.has(i, Role.YES)) {
        mention.strength = Strength.STATED;
        return;
      }
      if (reading.has(i, Role.NEGATION)) {
        mention.denied = denies(i, linked);
        return;
      }
      if (reading.has(i, Role.AFFIRM)) {
        mention.strength = Strength.STATED;
        return;
      }
      boolean glue =
          reading.has(i, Role.LINK, Role.NOUN, Role.ARTICLE)
              || reading.token(i).isOneOf(":)]}\"'»”-—–」】");
      if (!glue) {
        return;
      }
      linked |= reading.has(i, Role.LINK);
      i = reading.phraseEnd(i);
    }
  }

  /** Whether a negation behind a mention speaks of it and not of what comes next. */
  private boolean denies(int negation, boolean linked) {
    int next = reading.phraseEnd(negation);
    while (next < reading.size()
        && reading.at(next) == null
        && reading.has(next, Role.ARTICLE, Role.LINK, Role.NOUN)) {
      next++;
    }
    if (next == reading.size() || reading.endsClause(next)) {
      return true;
    }
    if (reading.at(next) != null) {
      return false;
    }
    return linked
        || reading.token(negation).key().contains("'")
        || reading.has(next, Role.AFFIRM, Role.ANSWER, Role.REJECT);
  }

  private boolean isDeniedInClause(Mention mention) {
    for (int i = mention.begin - 1; i >= 0; i--) {
      if (reading.at(i) != null
          || reading.endsClause(i)
          || reading.has(i, Role.CONTRAST, Role.CONCLUSION, Role.REASON)) {
        return false;
      }
      if (reading.has(i, Role.NEGATION)) {
        return true;
      }
    }
    return false;
  }

  private boolean isAsked(Mention mention) {
    int end = mention.end < reading.size() ? reading.sentenceEnd(mention.end) : reading.size();
    return end < reading.size() && reading.token(end).isOneOf("?؟");
  }

  /** Whether the answer begins with a letter and goes on with more than letters. */
  private boolean isFirst(Mention mention) {
    if (mention.begin != reading.firstWord()) {
      return false;
    }
    if (mention.end == reading.size()) {
      return true;
    }
    boolean parted =
        mention.end > mention.begin + 1
            || reading.token(mention.end).isOneOf(".:)]}\n。—–")
            || reading.token(mention.end).is('-');
    return parted && saysMore(mention.end);
  }

  private boolean saysMore(int begin) {
    boolean nothing = true;
    for (int i = begin; i < reading.size(); i++) {
      if (!reading.token(i).isMark()) {
        nothing = false;
        if (reading.at(i) == null || reading.at(i).isText()) {
          return true;
        }
      }
    }
    return nothing;
  }

  /** Whether a letter stands alone on the last line. */
  private boolean isLastLine(Mention mention) {
    for (int i = mention.end; i < reading.size(); i++) {
      if (!reading.token(i).isMark()) {
        return false;
      }
    }
    int before = mention.begin - 1;
    while (before >= 0 && reading.token(before).isMark() && !reading.token(before).is('\n')) {
      before--;
    }
    return before >= 0 && reading.token(before).is('\n') && saysMoreBefore(before);
  }

  private boolean saysMoreBefore(int end) {
    for (int i = 0; i < end; i++) {
      if (!reading.token(i).isMark() && reading.at(i) == null) {
        return true;
      }
    }
    return false;
  }

  /** Withdraws what stands before the last correction that something stands behind. */
  private void takeBack() {
    List<Mention> mentions = reading.mentions();
    int last = mentions.size() - 1;
    while (last >= 0 && (mentions.get(last).denied || mentions.get(last).aside)) {
      last--;
    }
    int i = last < 0 ? -1 : mentions.get(last).begin - 1;
    while (i >= 0 && !takesBack(i)) {
      i--;
    }
    int correction = i;
    mentions.stream().filter(m -> m.begin < correction).forEach(m -> m.withdrawn = true);
  }

  private boolean takesBack(int i) {
    boolean begins =
        i == 0
            || reading.token(i - 1).isMark()
            || reading.has(i - 1, Role.DENIAL, Role.CONTRAST, Role.CORRECTION);
    int next = reading.phraseEnd(i);
    boolean alone =
        next == reading.size()
            || reading.token(next).isMark()
            || reading.has(next, Role.CORRECTION);
    return begins && (reading.has(i, Role.CORRECTION) || (reading.has(i, Role.DENIAL) && alone));
  }
}
