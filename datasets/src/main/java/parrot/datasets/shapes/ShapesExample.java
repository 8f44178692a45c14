package parrot.datasets.shapes;

import java.util.List;
import java.util.Objects;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

/**
 * One example in memory.
 *
 * @param id unique in a split
 * @param language of the answers
 * @param task what kind of example it is: {@code caption, short, sentence, choice, several-turns,
 *     text-only}; in the text corpus {@code caption, own-caption, short, sentence, choice,
 *     choice-text, letters, facts}
 * @param turns human and gpt in turn; the first begins with {@code <image>} and a line break where
 *     there is an image
 * @param scene what the image shows; null if there is none
 * @param imageSeed what {@link ScenePainter} makes jitter, background and noise from
 * @param imageIndex index of the image in its split
 */
public record ShapesExample(
    String id,
    Language language,
    String task,
    List<Turn> turns,
    Scene scene,
    long imageSeed,
    long imageIndex) {

  public ShapesExample {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(language, "language");
    Objects.requireNonNull(task, "task");
    turns = List.copyOf(turns);
  }

  /** Whether there is an image. */
  public boolean hasImage() {
    return scene != null;
  }
}
