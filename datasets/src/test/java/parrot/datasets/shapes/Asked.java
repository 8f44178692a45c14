package parrot.datasets.shapes;

import java.util.ArrayList;
import java.util.List;

/** Questions to be worded, short to write. */
final class Asked {
  private Asked() {}

  static SceneQuestion color(ShapeKind kind, ShapeColor color) {
    ShapeColor wrong = color == ShapeColor.RED ? ShapeColor.BLUE : ShapeColor.RED;
    return question(
        Category.COLOR,
        new Reference(kind, null),
        null,
        null,
        new Answer.OfColor(color),
        new Answer.OfColor(wrong));
  }

  static SceneQuestion shape(ShapeColor color, ShapeKind kind) {
    ShapeKind wrong = kind == ShapeKind.CIRCLE ? ShapeKind.STAR : ShapeKind.CIRCLE;
    return question(
        Category.SHAPE,
        new Reference(null, color),
        null,
        null,
        new Answer.OfKind(kind),
        new Answer.OfKind(wrong));
  }

  static SceneQuestion size(Reference subject, ShapeSize size) {
    ShapeSize wrong = size == ShapeSize.SMALL ? ShapeSize.LARGE : ShapeSize.SMALL;
    return question(
        Category.SIZE, subject, null, null, new Answer.OfSize(size), new Answer.OfSize(wrong));
  }

  static SceneQuestion count(int count, ShapeKind kind) {
    return question(
        kind == null ? Category.COUNT : Category.KIND_COUNT,
        kind == null ? null : new Reference(kind, null),
        null,
        null,
        new Answer.OfCount(count, kind),
        new Answer.OfCount(count % 4 + 1, kind));
  }

  static SceneQuestion position(Reference subject, Place place) {
    Place wrong = place == Place.TOP_LEFT ? Place.TOP_RIGHT : Place.TOP_LEFT;
    return question(
        Category.POSITION,
        subject,
        null,
        null,
        new Answer.OfPlace(place),
        new Answer.OfPlace(wrong));
  }

  static SceneQuestion object(Place place, ShapeColor color, ShapeKind kind) {
    ShapeKind wrong = kind == ShapeKind.CIRCLE ? ShapeKind.STAR : ShapeKind.CIRCLE;
    return question(
        Category.OBJECT,
        null,
        null,
        place,
        new Answer.OfObject(kind, color),
        new Answer.OfObject(wrong, color));
  }

  static SceneQuestion relation(Reference subject, Relation relation, Reference other) {
    Relation wrong = relation == Relation.LEFT ? Relation.RIGHT : Relation.LEFT;
    return question(
        Category.RELATION,
        subject,
        other,
        null,
        new Answer.OfRelation(relation),
        new Answer.OfRelation(wrong));
  }

  static Reference the(ShapeKind kind) {
    return new Reference(kind, null);
  }

  static Reference the(ShapeColor color) {
    return new Reference(null, color);
  }

  static Reference the(ShapeColor color, ShapeKind kind) {
    return new Reference(kind, color);
  }

  static SceneObject at(Place place, ShapeSize size, ShapeColor color, ShapeKind kind) {
    return new SceneObject(kind, color, size, place);
  }

  private static SceneQuestion question(
      Category category, Reference subject, Reference other, Place place, Answer... answers) {
    return new SceneQuestion(category, subject, other, place, new ArrayList<>(List.of(answers)), 0);
  }
}
