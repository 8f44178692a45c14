package parrot.datasets.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is known of a language beside its sequences of letters, from {@code traits.properties}.
 *
 * @param common words that neighbouring languages spell otherwise
 * @param alphabet its letters, as a pattern of a word
 * @param marks letters and words of which a text hardly goes without
 * @param rare whether it is written far less than the language that it is mistaken for
 */
record LanguageTraits(Set<String> common, Pattern alphabet, Pattern marks, boolean rare) {
  /** What each common word adds to the logarithm of the probability. */
  private static final double COMMON_WORD = 0.15;

  private static final double COMMON_WORDS_AT_MOST = 0.3;
  private static final double WITHOUT_MARKS = -0.25;
  private static final double RARE = -0.1;

  /** Traits cannot help a language that is this much behind, as a difference of logarithms. */
  static final double REACH = COMMON_WORDS_AT_MOST - WITHOUT_MARKS - RARE;

  /** Share of words with foreign letters above which a text is not in a language. */
  private static final double FOREIGN = 0.25;

  private static final LanguageTraits UNKNOWN =
      new LanguageTraits(Set.of(), Pattern.compile(".*"), Pattern.compile(""), false);
  private static final Map<String, LanguageTraits> ALL = read();

  static LanguageTraits of(Language language) {
    return ALL.getOrDefault(language.tag(), UNKNOWN);
  }

  /**
   * What these words add to the logarithm of the language's probability; negative infinity if they
   * are not written with its letters.
   */
  double evidence(List<String> words) {
    if (this == UNKNOWN) {
      return 0;
    }
    long foreign = words.stream().filter(word -> !alphabet.matcher(word).matches()).count();
    if (foreign > FOREIGN * words.size()) {
      return Double.NEGATIVE_INFINITY;
    }
    boolean marked = words.stream().anyMatch(word -> marks.matcher(word).find());
    return Math.min(COMMON_WORDS_AT_MOST, COMMON_WORD * commonAmong(words))
        + (marked ? 0 : WITHOUT_MARKS)
        + (rare ? RARE : 0);
  }

  /** How many of the words are common ones. */
  long commonAmong(List<String> words) {
    return words.stream().filter(common::contains).count();
  }

  private static Map<String, LanguageTraits> read() {
    Properties properties = new Properties();
    try (InputStream in = LanguageTraits.class.getResourceAsStream("traits.properties")) {
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the traits of languages", e);
    }
    Set<String> rare = Set.of(properties.getProperty("rare").split("\\s+"));
    Map<String, LanguageTraits> all = new HashMap<>();
    rare.forEach(tag -> all.put(tag, traits(properties, tag, true)));
    for (String key : properties.stringPropertyNames()) {
      String tag = key.substring(key.indexOf('.') + 1);
      all.putIfAbsent(tag, traits(properties, tag, rare.contains(tag)));
    }
    return all;
  }

  private static LanguageTraits traits(Properties properties, String tag, boolean rare) {
    String words = properties.getProperty("words." + tag);
    return new LanguageTraits(
        words == null ? Set.of() : Set.of(words.split("\\s+")),
        Pattern.compile(properties.getProperty("alphabet." + tag, ".*")),
        Pattern.compile(properties.getProperty("marks." + tag, "")),
        rare);
  }
}
