package parrot.datasets.language;

import java.lang.Character.UnicodeScript;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells which language a text is in, for rows that do not say. OpenNLP's model knows about a
 * hundred; it is on the class path, nothing is fetched. It is loaded with the first question and
 * shared by all threads.
 */
public final class LanguageIdentifier {
  /** The published languages that are written in a script. */
  private static final Map<UnicodeScript, Set<Language>> PUBLISHED =
      Map.of(
          UnicodeScript.LATIN, Set.of(Language.EN, Language.PT, Language.TR),
          UnicodeScript.CYRILLIC, Set.of(Language.RU),
          UnicodeScript.ARABIC, Set.of(Language.AR));

  // How much more likely the answer must be than the next, as a difference of logarithms: these
  // hold recall and precision over the sentences of LanguageIdentifierTest.
  private static final double PUBLISHED_WITH_COMMON_WORDS = 0.02;
  private static final double PUBLISHED_BY_LETTERS = 0.05;
  private static final double PUBLISHED_WITHOUT = 0.2; // code without signs looks English
  private static final double OTHER = 0.1;

  private static final Pattern ASCII = Pattern.compile("\\p{ASCII}*");

  private LanguageIdentifier() {}

  /** The language of a text; empty if it has no words, or too few to tell. */
  public static Optional<Language> identify(String text) {
    Prose prose = Prose.of(text);
    if (prose.words().isEmpty()) {
      return Optional.empty();
    }
    return switch (prose.script()) {
      case HAN -> Optional.of(Language.ZH);
      case HIRAGANA -> Optional.of(Language.of("ja"));
      case HANGUL -> Optional.of(Language.of("ko"));
      default -> mostLikely(prose);
    };
  }

  private record Candidate(Language language, double score) {
    static Candidate of(Language language, double score, List<String> words) {
      return new Candidate(language, score + LanguageTraits.of(language).evidence(words));
    }
  }

  private static Optional<Language> mostLikely(Prose prose) {
    List<String> words = prose.words().stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
    Set<Language> published = PUBLISHED.getOrDefault(prose.script(), Set.of());
    LetterSequences model = Model.INSTANCE;
    double[] scores = model.scores(" " + String.join(" ", words) + " ");
    Map<Language, Double> possible = new HashMap<>();
    for (int i = 0; i < scores.length; i++) {
      Language language = model.languages().get(i);
      if (!isPublished(language) || published.contains(language)) {
        possible.put(language, scores[i]);
      }
    }
    double reach = Collections.max(possible.values()) - LanguageTraits.REACH;
    List<Candidate> best =
        possible.entrySet().stream()
            .filter(e -> e.getValue() >= reach)
            .map(e -> Candidate.of(e.getKey(), e.getValue(), words))
            .sorted(Comparator.comparingDouble(Candidate::score).reversed())
            .limit(2)
            .toList();
    Language first = best.get(0).language();
    double second = best.size() > 1 ? best.get(1).score() : reach;
    return best.get(0).score() - second >= enough(first, words)
        ? Optional.of(first)
        : Optional.empty();
  }

  private static double enough(Language language, List<String> words) {
    if (!isPublished(language)) {
      return OTHER;
    }
    if (LanguageTraits.of(language).commonAmong(words) > 0) {
      return PUBLISHED_WITH_COMMON_WORDS;
    }
    boolean ascii = words.stream().allMatch(word -> ASCII.matcher(word).matches());
    return ascii ? PUBLISHED_WITHOUT : PUBLISHED_BY_LETTERS;
  }

  private static boolean isPublished(Language language) {
    return Language.PUBLISHED.contains(language);
  }

  /** Loaded with its first use, once, by the class loader's own lock. */
  private static final class Model {
    private static final LetterSequences INSTANCE = new LetterSequences();
  }
}
