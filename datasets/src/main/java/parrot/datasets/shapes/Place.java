package parrot.datasets.shapes;

/** The four quadrants, in reading order. */
public enum Place {
  TOP_LEFT,
  TOP_RIGHT,
  BOTTOM_LEFT,
  BOTTOM_RIGHT;

  boolean isTop() {
    return this == TOP_LEFT || this == TOP_RIGHT;
  }

  boolean isLeft() {
    return this == TOP_LEFT || this == BOTTOM_LEFT;
  }
}
