package parrot.datasets.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import parrot.datasets.language.Language;

/**
 * The words of a language that say something about options. Beside them are those of English, in
 * which models often answer whatever they are asked in, and of languages in other scripts, which no
 * word can be confused with.
 */
final class Lexicon {
  /** The place that stands for the last one. */
  static final int LAST = -1;

  private static final Map<Language, Lexicon> LEXICONS =
      Language.PUBLISHED.stream()
          .collect(Collectors.toUnmodifiableMap(language -> language, Lexicon::new));

  /** A beginning of phrases, by their words. */
  static final class Node {
    private final Map<String, Node> next = new HashMap<>();
    private int roles;
    private int place;

    Node next(String key) {
      return next.get(key);
    }

    /** The bits of the roles of the phrase that ends here; 0 if none does. */
    int roles() {
      return roles;
    }

    /** From 1, or {@link #LAST}; 0 if the phrase names none. */
    int place() {
      return place;
    }
  }

  private final Language language;
  private final Locale locale;
  private final Node phrases = new Node();
  private final Map<String, String> numbers = new HashMap<>();
  private final Set<String> ones = new HashSet<>();
  private final Inflection inflection;
  private final String boundary;

  private Lexicon(Language language) {
    this.language = language;
    // Only Turkish has capital letters of its own.
    locale = language.equals(Language.TR) ? Locale.forLanguageTag("tr") : Locale.ROOT;
    JsonNode own = read(language);
    Set<String> notEnglish = Set.copyOf(texts(own.path("notEnglish")));
    for (Language other : List.of(Language.EN, Language.ZH, Language.AR, Language.RU)) {
      if (!other.equals(language)) {
        add(read(other), notEnglish);
      }
    }
    add(own, Set.of());
    inflection =
        new Inflection(
            texts(own.path("prefixes")),
            texts(own.path("endings")),
            texts(own.path("stemEndings")),
            language.equals(Language.PT));
    boundary = read(Language.ZH).path("boundary").asText();
  }

  /** That of English for a language that has none. */
  static Lexicon of(Language language) {
    return LEXICONS.getOrDefault(language, LEXICONS.get(Language.EN));
  }

  private static JsonNode read(Language language) {
    try (InputStream in = Lexicon.class.getResourceAsStream(language.tag() + ".json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(node -> texts.add(PlainForm.of(node.asText())));
    return texts;
  }

  private void add(JsonNode lists, Set<String> without) {
    for (Role role : Role.values()) {
      if (role != Role.PLACE) {
        texts(lists.path(key(role))).stream()
            .filter(phrase -> !without.contains(phrase))
            .forEach(phrase -> add(phrase, role, 0));
      }
    }
    texts(lists.path("last")).forEach(phrase -> add(phrase, Role.PLACE, LAST));
    JsonNode places = lists.path("place");
    for (int i = 0; i < places.size(); i++) {
      int place = i + 1;
      texts(places.get(i)).forEach(phrase -> add(phrase, Role.PLACE, place));
    }
    JsonNode values = lists.path("number");
    for (int i = 0; i < values.size(); i++) {
      String value = String.valueOf(i);
      texts(values.get(i)).stream()
          .filter(word -> !without.contains(word))
          .forEach(word -> numbers.put(word, value));
    }
    texts(lists.path("one")).forEach(ones::add);
  }

  private static String key(Role role) {
    return role == Role.NEGATION_AFTER ? "negationAfter" : role.name().toLowerCase(Locale.ROOT);
  }

  private void add(String phrase, Role role, int place) {
    Node node = phrases;
    for (Token token : tokens(phrase)) {
      if (!token.isMark()) {
        node = node.next.computeIfAbsent(token.key(), key -> new Node());
      }
    }
    node.roles |= role.bit();
    if (place != 0) {
      node.place = place;
    }
  }

  /** Cuts a text in plain form into tokens. */
  List<Token> tokens(String plain) {
    return Tokenizer.tokens(plain, locale, word -> numbers.getOrDefault(word, ""));
  }

  /** Where phrases begin. */
  Node phrases() {
    return phrases;
  }

  Inflection inflection() {
    return inflection;
  }

  Language language() {
    return language;
  }

  boolean isArticle(Token token) {
    Node node = phrases.next(token.key());
    return node != null && (node.roles & Role.ARTICLE.bit()) != 0;
  }

  /** Whether a word is the number one, and more often an article or a pronoun. */
  boolean isOne(Token token) {
    return ones.contains(token.key());
  }

  /** Whether a Chinese word may begin after this character. */
  boolean endsWord(Token han) {
    return boundary.contains(han.text());
  }
}
