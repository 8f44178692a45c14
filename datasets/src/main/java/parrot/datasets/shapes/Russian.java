package parrot.datasets.shapes;

import java.util.List;
import parrot.datasets.language.Language;

/**
 * Russian: three genders; adjectives agree in gender and case; after a number the noun stands in
 * the nominative singular (1), the genitive singular (2 to 4) or the genitive plural (5 and more).
 */
final class Russian implements Wording {
  static final Russian INSTANCE = new Russian();

  private static final String[] NUMBERS = {"", "один", "два", "три", "четыре", "пять", "шесть"};

  private enum Gender {
    MASCULINE,
    FEMININE,
    NEUTER
  }

  private record Noun(String nominative, String genitive, String genitivePlural, Gender gender) {}

  /**
   * An adjective with hard or soft endings, by its nominative in the three genders and its
   * genitive.
   */
  private record Adjective(
      String masculine, String feminine, String neuter, String genitive, String genitiveFeminine) {
    /** {@code красн} or {@code больш}, stressed on the ending or not. */
    static Adjective hard(String stem, String masculineEnding) {
      return new Adjective(
          stem + masculineEnding, stem + "ая", stem + "ое", stem + "ого", stem + "ой");
    }

    String nominative(Gender gender) {
      return switch (gender) {
        case MASCULINE -> masculine;
        case FEMININE -> feminine;
        case NEUTER -> neuter;
      };
    }

    String genitive(Gender gender) {
      return gender == Gender.FEMININE ? genitiveFeminine : genitive;
    }
  }

  private static final Noun SHAPE = new Noun("фигура", "фигуры", "фигур", Gender.FEMININE);
  private static final Adjective SOFT_BLUE =
      new Adjective("синий", "синяя", "синее", "синего", "синей");

  private Russian() {}

  @Override
  public Language language() {
    return Language.RU;
  }

  private static Noun noun(ShapeKind kind) {
    if (kind == null) {
      return SHAPE;
    }
    return switch (kind) {
      case CIRCLE -> new Noun("круг", "круга", "кругов", Gender.MASCULINE);
      case SQUARE -> new Noun("квадрат", "квадрата", "квадратов", Gender.MASCULINE);
      case TRIANGLE -> new Noun("треугольник", "треугольника", "треугольников", Gender.MASCULINE);
      case STAR -> new Noun("звезда", "звезды", "звёзд", Gender.FEMININE);
      case HEART -> new Noun("сердце", "сердца", "сердец", Gender.NEUTER);
      case CROSS -> new Noun("крест", "креста", "крестов", Gender.MASCULINE);
    };
  }

  private static Adjective color(ShapeColor color) {
    return switch (color) {
      case RED -> Adjective.hard("красн", "ый");
      case GREEN -> Adjective.hard("зелён", "ый");
      case BLUE -> SOFT_BLUE;
      case YELLOW -> Adjective.hard("жёлт", "ый");
      case ORANGE -> Adjective.hard("оранжев", "ый");
      case PURPLE -> Adjective.hard("фиолетов", "ый");
      case BLACK -> Adjective.hard("чёрн", "ый");
    };
  }

  private static Adjective size(ShapeSize size) {
    return size == ShapeSize.SMALL
        ? Adjective.hard("маленьк", "ий")
        : Adjective.hard("больш", "ой");
  }

  private static String number(int number, Gender gender) {
    if (number == 1) {
      return switch (gender) {
        case MASCULINE -> "один";
        case FEMININE -> "одна";
        case NEUTER -> "одно";
      };
    }
    return number == 2 && gender == Gender.FEMININE ? "две" : NUMBERS[number];
  }

  private static String place(Place place) {
    return switch (place) {
      case TOP_LEFT -> "вверху слева";
      case TOP_RIGHT -> "вверху справа";
      case BOTTOM_LEFT -> "внизу слева";
      case BOTTOM_RIGHT -> "внизу справа";
    };
  }

  private static String relation(Relation relation) {
    return switch (relation) {
      case LEFT -> "слева";
      case RIGHT -> "справа";
      case ABOVE -> "выше";
      case BELOW -> "ниже";
    };
  }

  private static String nominative(Reference reference) {
    Noun noun = noun(reference.kind());
    return reference.color() == null
        ? noun.nominative()
        : color(reference.color()).nominative(noun.gender()) + " " + noun.nominative();
  }

  private static String genitive(Reference reference) {
    Noun noun = noun(reference.kind());
    return reference.color() == null
        ? noun.genitive()
        : color(reference.color()).genitive(noun.gender()) + " " + noun.genitive();
  }

  private static String sized(SceneObject object) {
    return size(object.size()).nominative(noun(object.kind()).gender());
  }

  @Override
  public String caption(List<SceneObject> objects) {
    List<String> parts =
        objects.stream()
            .map(
                o ->
                    sized(o)
                        + (" " + nominative(new Reference(o.kind(), o.color())) + " ")
                        + place(o.place()))
            .toList();
    return capitalize(Wording.list(parts, ", ", " и ")) + ".";
  }

  @Override
  public String terse(List<SceneObject> objects) {
    return String.join(
        "; ",
        objects.stream()
            .map(
                o ->
                    String.join(
                        " ",
                        nominative(new Reference(o.kind(), o.color())),
                        sized(o),
                        place(o.place())))
            .toList());
  }

  @Override
  public String question(SceneQuestion question) {
    return switch (question.category()) {
      case COLOR -> "Какой цвет у " + genitive(question.subject()) + "?";
      case SHAPE ->
          "Какая фигура "
              + color(question.subject().color()).genitive(Gender.MASCULINE)
              + " цвета?";
      case SIZE -> "Какой размер у " + genitive(question.subject()) + "?";
      case COUNT -> "Сколько фигур на картинке?";
      case KIND_COUNT ->
          "Сколько " + noun(question.subject().kind()).genitivePlural() + " на картинке?";
      case POSITION -> "Где находится " + nominative(question.subject()) + "?";
      case OBJECT -> "Что находится " + place(question.place()) + "?";
      case RELATION ->
          "Где находится "
              + nominative(question.subject())
              + " относительно "
              + genitive(question.other())
              + "?";
    };
  }

  @Override
  public String option(Answer answer) {
    if (answer instanceof Answer.OfColor a) {
      return color(a.color()).masculine();
    } else if (answer instanceof Answer.OfKind a) {
      return noun(a.kind()).nominative();
    } else if (answer instanceof Answer.OfSize a) {
      return size(a.size()).masculine();
    } else if (answer instanceof Answer.OfCount a) {
      return number(a.count(), noun(a.kind()).gender());
    } else if (answer instanceof Answer.OfPlace a) {
      return place(a.place());
    } else if (answer instanceof Answer.OfObject a) {
      return nominative(new Reference(a.kind(), a.color()));
    }
    return relation(((Answer.OfRelation) answer).relation());
  }

  @Override
  public String sentence(SceneQuestion question) {
    String right = option(question.right());
    String subject = question.subject() == null ? "" : capitalize(nominative(question.subject()));
    Gender gender = question.subject() == null ? null : noun(question.subject().kind()).gender();
    return switch (question.category()) {
      case COLOR ->
          subject
              + (" " + color(((Answer.OfColor) question.right()).color()).nominative(gender) + ".");
      case SIZE ->
          subject
              + (" " + size(((Answer.OfSize) question.right()).size()).nominative(gender) + ".");
      case SHAPE -> subject + " — это " + right + ".";
      case COUNT, KIND_COUNT -> {
        Answer.OfCount a = (Answer.OfCount) question.right();
        yield "На картинке " + count(a.count(), a.kind()) + ".";
      }
      case POSITION -> subject + " находится " + right + ".";
      case OBJECT -> capitalize(place(question.place())) + " находится " + right + ".";
      case RELATION -> {
        Relation relation = ((Answer.OfRelation) question.right()).relation();
        boolean beside = relation == Relation.LEFT || relation == Relation.RIGHT;
        yield subject
            + (" находится " + right + (beside ? " от " : " "))
            + genitive(question.other())
            + ".";
      }
    };
  }

  @Override
  public String count(int count, ShapeKind kind) {
    Noun noun = noun(kind);
    String form =
        switch (count) {
          case 1 -> noun.nominative();
          case 2, 3, 4 -> noun.genitive();
          default -> noun.genitivePlural();
        };
    return number(count, noun.gender()) + " " + form;
  }

  @Override
  public String sum(int first, int second, ShapeKind kind) {
    return "Сколько будет " + count(first, kind) + " и " + count(second, kind) + "?";
  }
}
