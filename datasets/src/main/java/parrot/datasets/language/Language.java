package parrot.datasets.language;

import java.util.Locale;
import parrot.datasets.DataException;

/** The six languages of the published benchmark, in its order. */
public enum Language {
  EN("en"),
  ZH("cn"),
  PT("pt"),
  AR("ar"),
  TR("tr"),
  RU("ru");

  private final String benchmarkSuffix;

  Language(String benchmarkSuffix) {
    this.benchmarkSuffix = benchmarkSuffix;
  }

  /** The ISO 639-1 tag: {@code en, zh, pt, ar, tr, ru}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What published benchmark files are called by: the tag, but {@code cn} for Chinese. */
  public String benchmarkSuffix() {
    return benchmarkSuffix;
  }

  /**
   * Reads a tag or a benchmark's suffix, in any case.
   *
   * @throws DataException if no language is called so; the message lists those there are
   */
  public static Language of(String tag) {
    for (Language language : values()) {
      if (language.tag().equalsIgnoreCase(tag) || language.benchmarkSuffix.equalsIgnoreCase(tag)) {
        return language;
      }
    }
    throw new DataException(
        "Invalid language: " + tag + " (must be one of en, zh or cn, pt, ar, tr, ru)");
  }
}
