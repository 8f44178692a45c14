package parrot.datasets.shapes;

import java.util.HashSet;
import java.util.List;

/**
 * A question about a scene, in no language yet.
 *
 * @param subject what is asked about; null where the category needs none. For {@link
 *     Category#KIND_COUNT} the kind
 * @param other what the subject is compared with; null but for {@link Category#RELATION}
 * @param place where one looks; null but for {@link Category#OBJECT}
 * @param options two to four distinct answers in the order of their letters
 * @param answer index of the right one
 */
public record SceneQuestion(
    Category category,
    Reference subject,
    Reference other,
    Place place,
    List<Answer> options,
    int answer) {

  public SceneQuestion {
    options = List.copyOf(options);
    if (options.size() < 2
        || options.size() > 4
        || new HashSet<>(options).size() != options.size()) {
      throw new IllegalArgumentException(
          "Invalid options: " + options + " (must be two to four, all different)");
    }
    if (answer < 0 || answer >= options.size()) {
      throw new IllegalArgumentException(
          "Invalid answer: " + answer + " (must be 0 to " + (options.size() - 1) + ")");
    }
  }

  /** The right answer. */
  public Answer right() {
    return options.get(answer);
  }

  /** The letter of the right answer. */
  public char letter() {
    return (char) ('A' + answer);
  }
}
