package parrot.datasets.shapes;

import java.util.List;
import java.util.stream.Collectors;
import parrot.datasets.language.Language;

/**
 * Modern standard Arabic: two genders; adjectives agree in gender and definiteness; a dual; from
 * three on the number takes the gender that its noun has not, and the noun is plural.
 */
final class Arabic implements Wording {
  static final Arabic INSTANCE = new Arabic();

  /**
   * Numbers from three on as they stand with masculine nouns; those with feminine ones lack the
   * last letter.
   */
  private static final String[] NUMBERS = {"", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة"};

  /**
   * @param dual nominative
   * @param accusative singular, indefinite, as it stands after "how many"
   */
  private record Noun(
      String singular, String dual, String plural, String accusative, boolean feminine) {
    /** The dual after a noun or a preposition. */
    String obliqueDual() {
      return dual.substring(0, dual.length() - 2) + "ين";
    }
  }

  private static final Noun SHAPE = new Noun("شكل", "شكلان", "أشكال", "شكلًا", false);

  private Arabic() {}

  @Override
  public Language language() {
    return Language.AR;
  }

  private static Noun noun(ShapeKind kind) {
    if (kind == null) {
      return SHAPE;
    }
    return switch (kind) {
      case CIRCLE -> new Noun("دائرة", "دائرتان", "دوائر", "دائرةً", true);
      case SQUARE -> new Noun("مربع", "مربعان", "مربعات", "مربعًا", false);
      case TRIANGLE -> new Noun("مثلث", "مثلثان", "مثلثات", "مثلثًا", false);
      case STAR -> new Noun("نجمة", "نجمتان", "نجوم", "نجمةً", true);
      case HEART -> new Noun("قلب", "قلبان", "قلوب", "قلبًا", false);
      case CROSS -> new Noun("صليب", "صليبان", "صلبان", "صليبًا", false);
    };
  }

  private static String color(ShapeColor color, boolean feminine) {
    return switch (color) {
      case RED -> feminine ? "حمراء" : "أحمر";
      case GREEN -> feminine ? "خضراء" : "أخضر";
      case BLUE -> feminine ? "زرقاء" : "أزرق";
      case YELLOW -> feminine ? "صفراء" : "أصفر";
      case ORANGE -> feminine ? "برتقالية" : "برتقالي";
      case PURPLE -> feminine ? "بنفسجية" : "بنفسجي";
      case BLACK -> feminine ? "سوداء" : "أسود";
    };
  }

  private static String size(ShapeSize size, boolean feminine) {
    return (size == ShapeSize.SMALL ? "صغير" : "كبير") + (feminine ? "ة" : "");
  }

  /** A number by itself, for things of this gender. */
  private static String number(int number, boolean feminine) {
    if (!feminine) {
      return NUMBERS[number];
    }
    return switch (number) {
      case 1 -> "واحدة";
      case 2 -> "اثنتان";
      default -> NUMBERS[number].substring(0, NUMBERS[number].length() - 1);
    };
  }

  private static String place(Place place) {
    return switch (place) {
      case TOP_LEFT -> "في الأعلى على اليسار";
      case TOP_RIGHT -> "في الأعلى على اليمين";
      case BOTTOM_LEFT -> "في الأسفل على اليسار";
      case BOTTOM_RIGHT -> "في الأسفل على اليمين";
    };
  }

  private static String relation(Relation relation) {
    return switch (relation) {
      case LEFT -> "على اليسار";
      case RIGHT -> "على اليمين";
      case ABOVE -> "في الأعلى";
      case BELOW -> "في الأسفل";
    };
  }

  private static String the(Reference reference) {
    Noun noun = noun(reference.kind());
    String name = "ال" + noun.singular();
    return reference.color() == null
        ? name
        : name + " ال" + color(reference.color(), noun.feminine());
  }

  private static String colored(ShapeKind kind, ShapeColor color) {
    Noun noun = noun(kind);
    return noun.singular() + " " + color(color, noun.feminine());
  }

  @Override
  public String caption(List<SceneObject> objects) {
    return objects.stream()
        .map(
            o ->
                colored(o.kind(), o.color())
                    + (" " + size(o.size(), noun(o.kind()).feminine()) + " ")
                    + place(o.place()))
        .collect(Collectors.joining("، و", "", "."));
  }

  @Override
  public String terse(List<SceneObject> objects) {
    return objects.stream()
        .map(
            o ->
                colored(o.kind(), o.color())
                    + (" " + size(o.size(), noun(o.kind()).feminine()) + " ")
                    + place(o.place()))
        .collect(Collectors.joining("؛ "));
  }

  @Override
  public String question(SceneQuestion question) {
    return switch (question.category()) {
      case COLOR -> "ما لون " + the(question.subject()) + "؟";
      case SHAPE -> "ما هو " + the(question.subject()) + "؟";
      case SIZE -> "ما حجم " + the(question.subject()) + "؟";
      case COUNT -> "كم شكلًا في الصورة؟";
      case KIND_COUNT -> "كم " + noun(question.subject().kind()).accusative() + " في الصورة؟";
      case POSITION -> "أين " + the(question.subject()) + "؟";
      case OBJECT -> "ماذا يوجد " + place(question.place()) + "؟";
      case RELATION ->
          "أين " + the(question.subject()) + " بالنسبة إلى " + the(question.other()) + "؟";
    };
  }

  @Override
  public String option(Answer answer) {
    if (answer instanceof Answer.OfColor a) {
      return color(a.color(), false);
    } else if (answer instanceof Answer.OfKind a) {
      return noun(a.kind()).singular();
    } else if (answer instanceof Answer.OfSize a) {
      return size(a.size(), false);
    } else if (answer instanceof Answer.OfCount a) {
      return number(a.count(), noun(a.kind()).feminine());
    } else if (answer instanceof Answer.OfPlace a) {
      return place(a.place());
    } else if (answer instanceof Answer.OfObject a) {
      return colored(a.kind(), a.color());
    }
    return relation(((Answer.OfRelation) answer).relation());
  }

  @Override
  public String sentence(SceneQuestion question) {
    String right = option(question.right());
    String subject = question.subject() == null ? "" : the(question.subject());
    boolean feminine = question.subject() != null && noun(question.subject().kind()).feminine();
    return switch (question.category()) {
      case COLOR ->
          subject + " " + color(((Answer.OfColor) question.right()).color(), feminine) + ".";
      case SIZE -> subject + " " + size(((Answer.OfSize) question.right()).size(), feminine) + ".";
      case SHAPE -> subject + " هو " + right + ".";
      case COUNT, KIND_COUNT -> {
        Answer.OfCount a = (Answer.OfCount) question.right();
        yield "في الصورة " + count(a.count(), a.kind()) + ".";
      }
      case POSITION -> subject + " " + right + ".";
      case OBJECT -> {
        boolean she = noun(((Answer.OfObject) question.right()).kind()).feminine();
        yield (she ? "توجد " : "يوجد ") + right + " " + place(question.place()) + ".";
      }
      case RELATION -> {
        String where =
            switch (((Answer.OfRelation) question.right()).relation()) {
              case LEFT -> " على يسار ";
              case RIGHT -> " على يمين ";
              case ABOVE -> " فوق ";
              case BELOW -> " تحت ";
            };
        yield subject + where + the(question.other()) + ".";
      }
    };
  }

  @Override
  public String count(int count, ShapeKind kind) {
    Noun noun = noun(kind);
    return switch (count) {
      case 1 -> noun.singular() + " " + number(1, noun.feminine());
      case 2 -> noun.dual();
      default -> number(count, noun.feminine()) + " " + noun.plural();
    };
  }

  @Override
  public String sum(int first, int second, ShapeKind kind) {
    return "ما مجموع " + oblique(first, kind) + " و" + oblique(second, kind) + "؟";
  }

  private String oblique(int count, ShapeKind kind) {
    return count == 2 ? noun(kind).obliqueDual() : count(count, kind);
  }
}
