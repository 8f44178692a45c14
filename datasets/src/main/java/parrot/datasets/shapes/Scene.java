package parrot.datasets.shapes;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One to four objects in reading order, each in a quadrant of its own, no two of the same kind and
 * colour.
 */
public record Scene(List<SceneObject> objects) {

  /**
   * @throws IllegalArgumentException if there are not one to four objects, or two share a quadrant
   *     or both kind and colour
   */
  public Scene {
    objects = objects.stream().sorted(Comparator.comparing(SceneObject::place)).toList();
    if (objects.isEmpty() || objects.size() > Place.values().length) {
      throw new IllegalArgumentException(
          "Invalid scene: " + objects.size() + " objects (must be 1 to 4)");
    }
    Set<Object> seen = new HashSet<>();
    for (SceneObject object : objects) {
      if (!seen.add(object.place())) {
        throw new IllegalArgumentException(
            "Invalid scene: two objects at " + object.place() + " (must be one at most)");
      }
      if (!seen.add(List.of(object.kind(), object.color()))) {
        throw new IllegalArgumentException(
            "Invalid scene: two objects are "
                + object.color()
                + " "
                + object.kind()
                + " (must differ in kind or colour)");
      }
    }
  }

  /**
   * What tells scenes apart for the splits: kinds, colours and quadrants. Sizes, jitter and
   * background do not count.
   */
  public long signature() {
    long cells = 0;
    for (SceneObject object : objects) {
      long cell = 1 + object.kind().ordinal() + 6L * object.color().ordinal();
      cells |= cell << (8 * object.place().ordinal());
    }
    return cells;
  }

  /** The one split this scene may appear in. */
  public Split split() {
    return Split.ofSignature(signature());
  }

  long count(Predicate<SceneObject> condition) {
    return objects.stream().filter(condition).count();
  }

  /** Whether the reference means exactly one object of this scene. */
  boolean isUnique(Reference reference) {
    return count(reference::matches) == 1;
  }
}
