package parrot.datasets.shapes;

/**
 * How a question names an object: "the star", "the red shape", "the red star".
 *
 * @param kind null for just "shape"
 * @param color null where the colour is not said
 */
public record Reference(ShapeKind kind, ShapeColor color) {
  public Reference {
    if (kind == null && color == null) {
      throw new IllegalArgumentException(
          "Invalid reference: neither kind nor colour (must have one)");
    }
  }

  boolean matches(SceneObject object) {
    return (kind == null || kind == object.kind()) && (color == null || color == object.color());
  }
}
