package parrot.datasets.shapes;

import java.util.List;
import java.util.Locale;
import parrot.datasets.language.Language;

/** How one language describes scenes, asks and answers. Each implementation holds a grammar. */
interface Wording {
  static Wording of(Language language) {
    return switch (language.tag()) {
      case "en" -> English.INSTANCE;
      case "zh" -> Chinese.INSTANCE;
      case "pt" -> Portuguese.INSTANCE;
      case "ar" -> Arabic.INSTANCE;
      case "tr" -> Turkish.INSTANCE;
      case "ru" -> Russian.INSTANCE;
      default -> throw new IllegalArgumentException("No wording in " + language);
    };
  }

  Language language();

  /** A sentence that names size, colour and place of every object, in the order given. */
  String caption(List<SceneObject> objects);

  /** The same facts as a list without grammar. */
  String terse(List<SceneObject> objects);

  /** A question as a sentence. */
  String question(SceneQuestion question);

  /** An answer as an option and as the short answer, without a final period. */
  String option(Answer answer);

  /** The right answer as a full sentence. */
  String sentence(SceneQuestion question);

  /**
   * A number and its noun, such as "three circles".
   *
   * @param count 1 to 6
   * @param kind null for shapes of any kind
   */
  String count(int count, ShapeKind kind);

  /** Asks for the sum of two counts. */
  String sum(int first, int second, ShapeKind kind);

  /** The texts that need no grammar. */
  default Phrases phrases() {
    return Phrases.of(language());
  }

  /** The text with its first letter in upper case, by the language's rules. */
  default String capitalize(String text) {
    int end = text.offsetByCodePoints(0, 1);
    return text.substring(0, end).toUpperCase(Locale.forLanguageTag(language().tag()))
        + text.substring(end);
  }

  /** Joins texts to "a", "a and b" or "a, b and c". */
  static String list(List<String> parts, String comma, String and) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int last = parts.size() - 1;
    return String.join(comma, parts.subList(0, last)) + and + parts.get(last);
  }
}
