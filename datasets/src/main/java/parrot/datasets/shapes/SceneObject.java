package parrot.datasets.shapes;

import java.util.Objects;

/** One shape in its quadrant. */
public record SceneObject(ShapeKind kind, ShapeColor color, ShapeSize size, Place place) {
  public SceneObject {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(color, "color");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(place, "place");
  }
}
