package parrot.datasets.shapes;

import java.util.List;
import parrot.datasets.language.Language;
import parrot.datasets.shapes.TurkishSuffixes.Word;

/**
 * Turkish: no gender and no plural after numbers; case and copula are suffixes ({@link
 * TurkishSuffixes}).
 */
final class Turkish implements Wording {
  static final Turkish INSTANCE = new Turkish();

  private static final String[] NUMBERS = {"", "bir", "iki", "üç", "dört", "beş", "altı"};

  private static final Word SHAPE = new Word("şekil", "şekl", 'i');

  private Turkish() {}

  @Override
  public Language language() {
    return Language.TR;
  }

  private static Word noun(ShapeKind kind) {
    if (kind == null) {
      return SHAPE;
    }
    return switch (kind) {
      case CIRCLE -> Word.of("daire");
      case SQUARE -> Word.of("kare");
      case TRIANGLE -> Word.of("üçgen");
      case STAR -> Word.of("yıldız");
      case HEART -> new Word("kalp", "kalb", 'i');
      case CROSS -> Word.of("haç");
    };
  }

  private static String color(ShapeColor color) {
    return switch (color) {
      case RED -> "kırmızı";
      case GREEN -> "yeşil";
      case BLUE -> "mavi";
      case YELLOW -> "sarı";
      case ORANGE -> "turuncu";
      case PURPLE -> "mor";
      case BLACK -> "siyah";
    };
  }

  private static String size(ShapeSize size) {
    return size == ShapeSize.SMALL ? "küçük" : "büyük";
  }

  private static String corner(Place place) {
    return switch (place) {
      case TOP_LEFT -> "sol üst";
      case TOP_RIGHT -> "sağ üst";
      case BOTTOM_LEFT -> "sol alt";
      case BOTTOM_RIGHT -> "sağ alt";
    };
  }

  private static String place(Place place) {
    return corner(place) + " " + Word.of("köşe").locative();
  }

  private static String relation(Relation relation) {
    return switch (relation) {
      case LEFT -> "solda";
      case RIGHT -> "sağda";
      case ABOVE -> "yukarıda";
      case BELOW -> "aşağıda";
    };
  }

  /** The object's side with possessive and locative: at its left. */
  private static String side(Relation relation) {
    return switch (relation) {
      case LEFT -> "solunda";
      case RIGHT -> "sağında";
      case ABOVE -> "yukarısında";
      case BELOW -> "aşağısında";
    };
  }

  private static String withColor(Reference reference, String noun) {
    return reference.color() == null ? noun : color(reference.color()) + " " + noun;
  }

  private static String name(Reference reference) {
    return withColor(reference, noun(reference.kind()).base());
  }

  @Override
  public String caption(List<SceneObject> objects) {
    List<String> parts =
        objects.stream()
            .map(
                o ->
                    place(o.place())
                        + (" " + size(o.size()) + " " + color(o.color()) + " bir ")
                        + noun(o.kind()).base())
            .toList();
    return capitalize(Wording.list(parts, ", ", " ve ")) + " var.";
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
                        color(o.color()),
                        noun(o.kind()).base(),
                        size(o.size()),
                        corner(o.place())))
            .toList());
  }

  @Override
  public String question(SceneQuestion question) {
    String subject = question.subject() == null ? "" : capitalize(name(question.subject()));
    return switch (question.category()) {
      case COLOR -> subject + " ne renk?";
      case SHAPE -> subject + " nedir?";
      case SIZE -> subject + " büyük mü, küçük mü?";
      case COUNT -> "Resimde kaç şekil var?";
      case KIND_COUNT -> "Resimde kaç " + name(question.subject()) + " var?";
      case POSITION -> subject + " nerede?";
      case OBJECT -> capitalize(place(question.place())) + " ne var?";
      case RELATION -> {
        Reference other = question.other();
        yield subject + " " + withColor(other, noun(other.kind()).dative()) + " göre nerede?";
      }
    };
  }

  @Override
  public String option(Answer answer) {
    if (answer instanceof Answer.OfColor a) {
      return color(a.color());
    } else if (answer instanceof Answer.OfKind a) {
      return noun(a.kind()).base();
    } else if (answer instanceof Answer.OfSize a) {
      return size(a.size());
    } else if (answer instanceof Answer.OfCount a) {
      return NUMBERS[a.count()];
    } else if (answer instanceof Answer.OfPlace a) {
      return place(a.place());
    } else if (answer instanceof Answer.OfObject a) {
      return color(a.color()) + " bir " + noun(a.kind()).base();
    }
    return relation(((Answer.OfRelation) answer).relation());
  }

  @Override
  public String sentence(SceneQuestion question) {
    String right = option(question.right());
    String subject = question.subject() == null ? "" : capitalize(name(question.subject()));
    return switch (question.category()) {
      case COLOR, SIZE, POSITION -> subject + " " + Word.of(right).copula() + ".";
      case SHAPE -> {
        Word noun = noun(((Answer.OfKind) question.right()).kind());
        yield subject + " bir " + noun.copula() + ".";
      }
      case COUNT, KIND_COUNT -> {
        Answer.OfCount a = (Answer.OfCount) question.right();
        yield "Resimde " + count(a.count(), a.kind()) + " var.";
      }
      case OBJECT -> capitalize(place(question.place())) + " " + right + " var.";
      case RELATION -> {
        Reference other = question.other();
        String side = side(((Answer.OfRelation) question.right()).relation());
        yield subject
            + (" " + withColor(other, noun(other.kind()).genitive()) + " ")
            + Word.of(side).copula()
            + ".";
      }
    };
  }

  @Override
  public String count(int count, ShapeKind kind) {
    return NUMBERS[count] + " " + noun(kind).base();
  }

  @Override
  public String sum(int first, int second, ShapeKind kind) {
    return capitalize(count(first, kind)) + " ve " + count(second, kind) + " toplam kaç eder?";
  }
}
