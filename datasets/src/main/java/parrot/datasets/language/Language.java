package parrot.datasets.language;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import parrot.datasets.DataException;

/**
 * A language, whatever its script and region. Any language may be in the data; the six of the
 * published benchmark have constants and come first wherever languages are listed.
 *
 * @param tag ISO 639: two letters if there are such, else three
 */
public record Language(String tag) implements Comparable<Language>, Serializable {
  public static final Language EN = new Language("en");
  public static final Language ZH = new Language("zh");
  public static final Language PT = new Language("pt");
  public static final Language AR = new Language("ar");
  public static final Language TR = new Language("tr");
  public static final Language RU = new Language("ru");

  /** The six languages of the published benchmark, in its order. */
  public static final List<Language> PUBLISHED = List.of(EN, ZH, PT, AR, TR, RU);

  private static final Comparator<Language> ORDER = Comparator.comparingInt(Language::index);
  private static final int LETTERS = 'z' - 'a' + 2; // and the missing third letter

  /** By tag: a data set has a language in each row, but only a few. */
  private static final Map<String, Language> KNOWN = new ConcurrentHashMap<>();

  private static final long serialVersionUID = 1L;

  public Language {
    if (!tag.matches("[a-z]{2,3}")) {
      throw new IllegalArgumentException(
          "Invalid language: " + tag + " (must be two or three lower-case letters)");
    }
  }

  /**
   * Reads a tag of BCP 47 in any case, with hyphens or underscores ({@code pt-BR}, {@code
   * zh_Hans}), a benchmark's suffix, or a language's name in English or in itself.
   *
   * @throws DataException if no language is called so
   */
  public static Language of(String text) {
    Language known = KNOWN.get(text);
    return known != null ? known : parse(text);
  }

  /** Whether a field says anything: not if it is blank, {@code und} or {@code unknown}. */
  public static boolean isDeclared(String text) {
    String written = UnicodeText.strip(text);
    return !written.isEmpty()
        && !written.equalsIgnoreCase("und")
        && !written.equalsIgnoreCase("unknown");
  }

  private static Language parse(String text) {
    return LanguageNames.find(text)
        .map(tag -> KNOWN.computeIfAbsent(tag, Language::new))
        .orElseThrow(
            () ->
                new DataException(
                    "Invalid language: "
                        + text
                        + " (must be a tag of BCP 47, such as en, pt-BR or zh-Hans, or a"
                        + " language's name)"));
  }

  /** What published benchmark files are called by: the tag, but {@code cn} for Chinese. */
  public String benchmarkSuffix() {
    return equals(ZH) ? "cn" : tag;
  }

  /** A small number that stands for the language in batches: the published ones have 0 to 5. */
  public int index() {
    int published = PUBLISHED.indexOf(this);
    if (published >= 0) {
      return published;
    }
    int code = 0;
    for (int i = 0; i < 3; i++) {
      code = LETTERS * code + (i < tag.length() ? tag.charAt(i) - 'a' + 1 : 0);
    }
    return PUBLISHED.size() + code;
  }

  /** The language whose {@link #index()} this is. */
  public static Language ofIndex(int index) {
    if (index < PUBLISHED.size()) {
      return PUBLISHED.get(index);
    }
    StringBuilder tag = new StringBuilder();
    for (int code = index - PUBLISHED.size(); code > 0; code /= LETTERS) {
      if (code % LETTERS > 0) {
        tag.insert(0, (char) ('a' + code % LETTERS - 1));
      }
    }
    return new Language(tag.toString());
  }

  /** Its name in English; the tag if it has none there. */
  public String englishName() {
    return locale().getDisplayLanguage(Locale.ENGLISH);
  }

  /** What it calls itself, with a capital letter at the beginning. */
  public String ownName() {
    String name = locale().getDisplayLanguage(locale());
    int first = name.offsetByCodePoints(0, 1);
    return name.substring(0, first).toUpperCase(locale()) + name.substring(first);
  }

  /** For rules of the Java platform that depend on the language. */
  public Locale locale() {
    return Locale.forLanguageTag(tag);
  }

  /** The published ones in their order, then the others by tag. */
  @Override
  public int compareTo(Language other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return tag;
  }
}
