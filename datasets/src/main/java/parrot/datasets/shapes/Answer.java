package parrot.datasets.shapes;

/** What may be answered, in no language yet. */
public sealed interface Answer {
  /** A colour by its name. */
  record OfColor(ShapeColor color) implements Answer {}

  /** A kind by its name. */
  record OfKind(ShapeKind kind) implements Answer {}

  /** A size by its name. */
  record OfSize(ShapeSize size) implements Answer {}

  /**
   * A number of things.
   *
   * @param kind what is counted; null for shapes of any kind
   */
  record OfCount(int count, ShapeKind kind) implements Answer {}

  /** A quadrant. */
  record OfPlace(Place place) implements Answer {}

  /** An object by kind and colour. */
  record OfObject(ShapeKind kind, ShapeColor color) implements Answer {}

  /** A direction. */
  record OfRelation(Relation relation) implements Answer {}
}
