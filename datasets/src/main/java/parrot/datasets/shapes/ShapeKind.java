package parrot.datasets.shapes;

/** The six outlines. */
public enum ShapeKind {
  CIRCLE,
  SQUARE,
  TRIANGLE,
  STAR,
  HEART,
  CROSS
}
