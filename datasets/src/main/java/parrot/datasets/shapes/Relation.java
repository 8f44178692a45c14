package parrot.datasets.shapes;

import java.util.Optional;

/** How two quadrants of one row or one column lie to each other. */
public enum Relation {
  LEFT,
  RIGHT,
  ABOVE,
  BELOW;

  /** Where {@code place} lies seen from {@code other}; empty on a diagonal. */
  static Optional<Relation> between(Place place, Place other) {
    if (place == other) {
      return Optional.empty();
    }
    if (place.isTop() == other.isTop()) {
      return Optional.of(place.isLeft() ? LEFT : RIGHT);
    }
    if (place.isLeft() == other.isLeft()) {
      return Optional.of(place.isTop() ? ABOVE : BELOW);
    }
    return Optional.empty();
  }
}
