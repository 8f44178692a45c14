package parrot.datasets.matching;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Mention.Strength;

/**
 * Which option an answer counts as, read as a careful reader of its language does.
 *
 * <ol>
 *   <li>{@link FinalPart}: what follows thinking, or is marked as the answer.
 *   <li>{@link PlainForm} and {@link Tokenizer}: words without markup, in one form.
 *   <li>{@link Reading}: where options are named, by letter, text, number or place. Texts count as
 *       whole words; the longest wins.
 *   <li>{@link Context}: what is said of each: stated as the answer, denied, asked, taken back.
 *   <li>The most surely named option counts. If several are named as surely, the last counts if it
 *       is a conclusion, and else none.
 * </ol>
 *
 * <p>Nothing is guessed: an answer that leaves two options open counts as none.
 */
public final class MultilingualAnswerMatcher {
  private MultilingualAnswerMatcher() {}

  /**
   * What an answer counts as.
   *
   * @param options text by letter
   * @param language of the question
   */
  public static Match match(String prediction, Map<Character, String> options, Language language) {
    if (PublishedAnswerMatcher.isFailedRequest(prediction)) {
      return Match.none(Reason.FAILED_REQUEST);
    }
    Optional<String> said = FinalPart.of(prediction);
    if (said.isEmpty()) {
      return Match.none(Reason.CUT_OFF);
    }
    Lexicon lexicon = Lexicon.of(language);
    List<Token> tokens = lexicon.tokens(PlainForm.of(said.get()));
    Optional<Match> alone = letterAlone(tokens, options.keySet());
    if (alone.isPresent()) {
      return alone.get();
    }
    if (PublishedAnswerMatcher.isRefusal(said.get())) {
      return Match.REFUSED;
    }
    for (Map.Entry<Character, String> option : options.entrySet()) {
      if (!said.get().isBlank() && said.get().strip().equals(option.getValue().strip())) {
        return same(option.getValue(), options)
            ? Match.none(Reason.SEVERAL_NAMED)
            : Match.of(option.getKey(), Reason.TEXT_ALONE);
      }
    }
    return verdict(new Reading(tokens, new OptionTexts(options, lexicon), lexicon));
  }

  private static boolean same(String text, Map<Character, String> options) {
    return options.values().stream().filter(other -> other.strip().equals(text.strip())).count()
        > 1;
  }

  private static Optional<Match> letterAlone(List<Token> tokens, Set<Character> options) {
    List<Token> words = tokens.stream().filter(token -> !token.isMark()).limit(2).toList();
    if (words.size() != 1 || !words.get(0).isOneLetter()) {
      return Optional.empty();
    }
    Set<Character> letters = Letters.options(words.get(0), options);
    if (letters.isEmpty()) {
      return words.get(0).text().equals(String.valueOf(Match.REFUSAL))
          ? Optional.of(Match.REFUSED)
          : Optional.empty();
    }
    return Optional.of(
        letters.size() == 1
            ? Match.of(letters.iterator().next(), Reason.LETTER_ALONE)
            : Match.none(Reason.SEVERAL_NAMED));
  }

  private static Match verdict(Reading reading) {
    boolean contradicts = Context.apply(reading);
    int refusal = reading.lastOf(Role.REFUSAL);
    List<Mention> mentions = reading.mentions();
    List<Mention> standing =
        mentions.stream()
            .filter(m -> !m.denied && !m.withdrawn)
            .filter(m -> refusal < 0 || m.introducedAt > refusal)
            .toList();
    if (refusal >= 0 && standing.isEmpty()) {
      return Match.REFUSED;
    }
    if (contradicts) {
      return Match.none(Reason.CONTRADICTION);
    }
    if (!standing.isEmpty()) {
      return surest(standing, reading);
    }
    return eliminated(mentions, reading);
  }

  private static Match surest(List<Mention> standing, Reading reading) {
    List<Mention> said = orElse(standing, mention -> !mention.aside);
    said = orElse(said, mention -> !mention.asked);
    Strength most = said.stream().map(m -> m.strength).max(Strength::compareTo).orElseThrow();
    // A first letter and a statement weigh alike: one of them is a change of mind.
    Strength enough = most == Strength.STATED ? Strength.FIRST : most;
    List<Mention> surest = said.stream().filter(m -> m.strength.compareTo(enough) >= 0).toList();
    Mention last = surest.get(surest.size() - 1);
    Set<Character> options = options(surest);
    if (options.size() > 1 && last.concludes && last.options.size() == 1) {
      boolean listed =
          surest.stream().anyMatch(m -> m != last && m.introducedAt == last.introducedAt);
      options = listed ? options : last.options;
    }
    if (options.size() > 1) {
      return Match.none(Reason.SEVERAL_NAMED);
    }
    return Match.of(options.iterator().next(), reason(last, reading));
  }

  private static Reason reason(Mention mention, Reading reading) {
    if (mention.isText()) {
      return reading.isAll(mention.begin, mention.end) ? Reason.TEXT_ALONE : Reason.TEXT;
    }
    return switch (mention.strength) {
      case STATED -> Reason.STATED;
      case FIRST -> Reason.LETTER_FIRST;
      default -> mention.reason;
    };
  }

  private static List<Mention> orElse(List<Mention> mentions, Predicate<Mention> preferred) {
    List<Mention> some = mentions.stream().filter(preferred).toList();
    return some.isEmpty() ? mentions : some;
  }

  private static Set<Character> options(List<Mention> mentions) {
    Set<Character> options = new TreeSet<>();
    mentions.forEach(mention -> options.addAll(mention.options));
    return options;
  }

  private static Match eliminated(List<Mention> mentions, Reading reading) {
    if (mentions.isEmpty()) {
      return Match.none(Reason.NONE_NAMED);
    }
    Set<Character> left = new TreeSet<>(reading.options.letters());
    mentions.stream().filter(m -> m.denied).forEach(m -> left.removeAll(m.options));
    return left.size() == 1
        ? Match.of(left.iterator().next(), Reason.ELIMINATION)
        : Match.none(Reason.NONE_NAMED);
  }
}
