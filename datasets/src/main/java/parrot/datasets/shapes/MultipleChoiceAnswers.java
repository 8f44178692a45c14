package parrot.datasets.shapes;

import java.util.Locale;
import parrot.datasets.DataException;

/** What a multiple choice question is answered by. Both match under the benchmark's rules. */
public enum MultipleChoiceAnswers {
  /** The option's letter, as the published prompt asks. */
  LETTER,
  /** The option's text. */
  TEXT;

  /**
   * Reads {@code letter} or {@code text}.
   *
   * @throws DataException if it is neither
   */
  public static MultipleChoiceAnswers of(String name) {
    for (MultipleChoiceAnswers value : values()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
        return value;
      }
    }
    throw new DataException(
        "Invalid multiple choice answers: " + name + " (must be letter or text)");
  }
}
