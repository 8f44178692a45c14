package parrot.datasets.language;

import com.github.pemistahl.lingua.api.LanguageDetector;
import com.github.pemistahl.lingua.api.LanguageDetectorBuilder;
import java.util.Optional;

/**
 * Tells which of the six languages a text is in, for rows that do not say. Its models are loaded at
 * the first question and shared by all threads; they come with the library, nothing is fetched.
 */
public final class LanguageIdentifier {
  /** More text than this says nothing new and costs time. In chars. */
  static final int LONGEST = 1000;

  private LanguageIdentifier() {}

  /** The language of a text, or none if it holds no words. */
  public static Optional<Language> identify(String text) {
    String part = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    return switch (Detector.INSTANCE.detectLanguageOf(part)) {
      case ENGLISH -> Optional.of(Language.EN);
      case CHINESE -> Optional.of(Language.ZH);
      case PORTUGUESE -> Optional.of(Language.PT);
      case ARABIC -> Optional.of(Language.AR);
      case TURKISH -> Optional.of(Language.TR);
      case RUSSIAN -> Optional.of(Language.RU);
      default -> Optional.empty();
    };
  }

  /** Loaded with its first use, once, by the class loader's own lock. */
  private static final class Detector {
    private static final LanguageDetector INSTANCE =
        LanguageDetectorBuilder.fromLanguages(
                com.github.pemistahl.lingua.api.Language.ENGLISH,
                com.github.pemistahl.lingua.api.Language.CHINESE,
                com.github.pemistahl.lingua.api.Language.PORTUGUESE,
                com.github.pemistahl.lingua.api.Language.ARABIC,
                com.github.pemistahl.lingua.api.Language.TURKISH,
                com.github.pemistahl.lingua.api.Language.RUSSIAN)
            .build();
  }
}
