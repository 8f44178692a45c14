package parrot.datasets.shapes;

import java.util.List;
import parrot.datasets.language.Language;

/** English, spelled as in Britain. */
final class English implements Wording {
  static final English INSTANCE = new English();

  private static final String[] NUMBERS = {"", "one", "two", "three", "four", "five", "six"};

  private English() {}

  @Override
  public Language language() {
    return Language.EN;
  }

  static String kind(ShapeKind kind) {
    if (kind == null) {
      return "shape";
    }
    return switch (kind) {
      case CIRCLE -> "circle";
      case SQUARE -> "square";
      case TRIANGLE -> "triangle";
      case STAR -> "star";
      case HEART -> "heart";
      case CROSS -> "cross";
    };
  }

  static String color(ShapeColor color) {
    return switch (color) {
      case RED -> "red";
      case GREEN -> "green";
      case BLUE -> "blue";
      case YELLOW -> "yellow";
      case ORANGE -> "orange";
      case PURPLE -> "purple";
      case BLACK -> "black";
    };
  }

  static String size(ShapeSize size) {
    return size == ShapeSize.SMALL ? "small" : "large";
  }

  static String place(Place place) {
    return switch (place) {
      case TOP_LEFT -> "top left";
      case TOP_RIGHT -> "top right";
      case BOTTOM_LEFT -> "bottom left";
      case BOTTOM_RIGHT -> "bottom right";
    };
  }

  private static String relation(Relation relation) {
    return switch (relation) {
      case LEFT -> "to the left";
      case RIGHT -> "to the right";
      case ABOVE -> "above";
      case BELOW -> "below";
    };
  }

  private static String article(String phrase) {
    return ("aeiou".indexOf(phrase.charAt(0)) >= 0 ? "an " : "a ") + phrase;
  }

  private static String the(Reference reference) {
    String noun = kind(reference.kind());
    return "the " + (reference.color() == null ? noun : color(reference.color()) + " " + noun);
  }

  private static String described(SceneObject object) {
    return size(object.size()) + " " + color(object.color()) + " " + kind(object.kind());
  }

  @Override
  public String caption(List<SceneObject> objects) {
    List<String> parts =
        objects.stream().map(o -> article(described(o)) + " at the " + place(o.place())).toList();
    return capitalize(Wording.list(parts, ", ", " and ")) + ".";
  }

  @Override
  public String terse(List<SceneObject> objects) {
    return String.join(
        "; ",
        objects.stream()
            .map(
                o ->
                    String.join(
                        " ", color(o.color()), kind(o.kind()), size(o.size()), place(o.place())))
            .toList());
  }

  /** All four quadrants in reading order, the empty ones too; what a visual encoder might say. */
  String grid(Scene scene) {
    StringBuilder text = new StringBuilder();
    for (Place place : Place.values()) {
      text.append(text.isEmpty() ? "" : "; ").append(place(place)).append(": ");
      text.append(
          scene.objects().stream()
              .filter(o -> o.place() == place)
              .map(English::described)
              .findFirst()
              .orElse("nothing"));
    }
    return text.toString();
  }

  @Override
  public String question(SceneQuestion question) {
    return switch (question.category()) {
      case COLOR -> "What colour is " + the(question.subject()) + "?";
      case SHAPE -> "Which shape is " + color(question.subject().color()) + "?";
      case SIZE -> "What size is " + the(question.subject()) + "?";
      case COUNT -> "How many shapes are there?";
      case KIND_COUNT -> "How many " + plural(question.subject().kind()) + " are there?";
      case POSITION -> "Where is " + the(question.subject()) + "?";
      case OBJECT -> "What is at the " + place(question.place()) + "?";
      case RELATION ->
          "Where is " + the(question.subject()) + " relative to " + the(question.other()) + "?";
    };
  }

  @Override
  public String option(Answer answer) {
    if (answer instanceof Answer.OfColor a) {
      return color(a.color());
    } else if (answer instanceof Answer.OfKind a) {
      return kind(a.kind());
    } else if (answer instanceof Answer.OfSize a) {
      return size(a.size());
    } else if (answer instanceof Answer.OfCount a) {
      return NUMBERS[a.count()];
    } else if (answer instanceof Answer.OfPlace a) {
      return "at the " + place(a.place());
    } else if (answer instanceof Answer.OfObject a) {
      return article(color(a.color()) + " " + kind(a.kind()));
    }
    return relation(((Answer.OfRelation) answer).relation());
  }

  @Override
  public String sentence(SceneQuestion question) {
    String right = option(question.right());
    return switch (question.category()) {
      case COLOR, SIZE, POSITION -> capitalize(the(question.subject())) + " is " + right + ".";
      case SHAPE -> capitalize(the(question.subject())) + " is " + article(right) + ".";
      case COUNT, KIND_COUNT -> {
        Answer.OfCount a = (Answer.OfCount) question.right();
        yield "There " + (a.count() == 1 ? "is " : "are ") + count(a.count(), a.kind()) + ".";
      }
      case OBJECT -> "There is " + right + " at the " + place(question.place()) + ".";
      case RELATION -> {
        Relation relation = ((Answer.OfRelation) question.right()).relation();
        boolean beside = relation == Relation.LEFT || relation == Relation.RIGHT;
        yield capitalize(the(question.subject()))
            + (" is " + right + (beside ? " of " : " "))
            + the(question.other())
            + ".";
      }
    };
  }

  private static String plural(ShapeKind kind) {
    return kind == ShapeKind.CROSS ? "crosses" : kind(kind) + "s";
  }

  @Override
  public String count(int count, ShapeKind kind) {
    return NUMBERS[count] + " " + (count == 1 ? kind(kind) : plural(kind));
  }

  @Override
  public String sum(int first, int second, ShapeKind kind) {
    return "How many are " + count(first, kind) + " and " + count(second, kind) + "?";
  }
}
