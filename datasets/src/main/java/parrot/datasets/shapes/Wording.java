package parrot.datasets.shapes;

import java.util.List;
import java.util.Locale;
import parrot.datasets.language.Language;

/**
 * How one language says what this world has to say; everything grammatical is in the
 * implementations.
 */
interface Wording {
  /** A question that needs no image, and its answer. */
  record Fact(String question, String answer) {}

  static Wording of(Language language) {
    return switch (language) {
      case EN -> English.INSTANCE;
      case ZH -> Chinese.INSTANCE;
      case PT -> Portuguese.INSTANCE;
      case AR -> Arabic.INSTANCE;
      case TR -> Turkish.INSTANCE;
      case RU -> Russian.INSTANCE;
    };
  }

  Language language();

  /** A sentence that names every object with size, colour and place, in the order given. */
  String caption(List<SceneObject> objects);

  /** The same facts as a list without grammar. */
  String terse(List<SceneObject> objects);

  /** A question as a sentence. */
  String question(SceneQuestion question);

  /** An answer as it stands among the options; also the short answer. No final period. */
  String option(Answer answer);

  /** The right answer as a full sentence. */
  String sentence(SceneQuestion question);

  /**
   * Things with their number: "three circles".
   *
   * @param count 1 to 6
   * @param kind null for shapes of any kind
   */
  String count(int count, ShapeKind kind);

  /** How many some and some more things are. */
  String sum(int first, int second, ShapeKind kind);

  /** Requests for a caption. */
  List<String> captionInstructions();

  /** The published line that asks for a letter. */
  String letterInstruction();

  /** A line that asks for an option's text. */
  String textInstruction();

  /** A line that asks for a sentence. */
  String sentenceInstruction();

  /** Which option has this text. */
  String whichOption(String text);

  /** Which text this option has. */
  String whatOption(char letter);

  /** What needs no image. */
  List<Fact> facts();

  /** The first letter in upper case, by the language's rules. */
  default String capitalize(String text) {
    int end = text.offsetByCodePoints(0, 1);
    return text.substring(0, end).toUpperCase(Locale.forLanguageTag(language().tag()))
        + text.substring(end);
  }

  /** "a", "a and b", "a, b and c". */
  static String list(List<String> parts, String comma, String and) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int last = parts.size() - 1;
    return String.join(comma, parts.subList(0, last)) + and + parts.get(last);
  }
}
