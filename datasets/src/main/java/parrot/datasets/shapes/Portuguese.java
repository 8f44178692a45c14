package parrot.datasets.shapes;

import java.util.List;
import parrot.datasets.language.Language;

/**
 * Brazilian Portuguese: two genders, adjectives and the numbers one and two agree, prepositions
 * fuse with articles.
 */
final class Portuguese implements Wording {
  static final Portuguese INSTANCE = new Portuguese();

  private static final String[] NUMBERS = {"", "um", "dois", "três", "quatro", "cinco", "seis"};

  private record Noun(String singular, String plural, boolean feminine) {}

  private static final Noun SHAPE = new Noun("figura", "figuras", true);

  private Portuguese() {}

  @Override
  public Language language() {
    return Language.PT;
  }

  private static Noun noun(ShapeKind kind) {
    if (kind == null) {
      return SHAPE;
    }
    return switch (kind) {
      case CIRCLE -> new Noun("círculo", "círculos", false);
      case SQUARE -> new Noun("quadrado", "quadrados", false);
      case TRIANGLE -> new Noun("triângulo", "triângulos", false);
      case STAR -> new Noun("estrela", "estrelas", true);
      case HEART -> new Noun("coração", "corações", false);
      case CROSS -> new Noun("cruz", "cruzes", true);
    };
  }

  private static String color(ShapeColor color, boolean feminine) {
    return switch (color) {
      case RED -> feminine ? "vermelha" : "vermelho";
      case GREEN -> "verde";
      case BLUE -> "azul";
      case YELLOW -> feminine ? "amarela" : "amarelo";
      case ORANGE -> "laranja";
      case PURPLE -> feminine ? "roxa" : "roxo";
      case BLACK -> feminine ? "preta" : "preto";
    };
  }

  private static String size(ShapeSize size, boolean feminine) {
    return size == ShapeSize.LARGE ? "grande" : feminine ? "pequena" : "pequeno";
  }

  private static String number(int number, boolean feminine) {
    if (feminine && number <= 2) {
      return number == 1 ? "uma" : "duas";
    }
    return NUMBERS[number];
  }

  private static String place(Place place) {
    return switch (place) {
      case TOP_LEFT -> "no canto superior esquerdo";
      case TOP_RIGHT -> "no canto superior direito";
      case BOTTOM_LEFT -> "no canto inferior esquerdo";
      case BOTTOM_RIGHT -> "no canto inferior direito";
    };
  }

  private static String relation(Relation relation) {
    return switch (relation) {
      case LEFT -> "à esquerda";
      case RIGHT -> "à direita";
      case ABOVE -> "acima";
      case BELOW -> "abaixo";
    };
  }

  /**
   * A named object after the masculine or feminine form of an article or of a preposition fused
   * with it.
   */
  private static String name(String masculine, String feminine, Reference reference) {
    Noun noun = noun(reference.kind());
    String name = (noun.feminine() ? feminine : masculine) + " " + noun.singular();
    return reference.color() == null
        ? name
        : name + " " + color(reference.color(), noun.feminine());
  }

  private static String the(Reference reference) {
    return name("o", "a", reference);
  }

  private static String ofThe(Reference reference) {
    return name("do", "da", reference);
  }

  private static String colored(ShapeKind kind, ShapeColor color) {
    Noun noun = noun(kind);
    return number(1, noun.feminine())
        + (" " + noun.singular() + " ")
        + color(color, noun.feminine());
  }

  @Override
  public String caption(List<SceneObject> objects) {
    List<String> parts =
        objects.stream()
            .map(
                o ->
                    colored(o.kind(), o.color())
                        + (" " + size(o.size(), noun(o.kind()).feminine()) + " ")
                        + place(o.place()))
            .toList();
    return capitalize(Wording.list(parts, ", ", " e ")) + ".";
  }

  @Override
  public String terse(List<SceneObject> objects) {
    return String.join(
        "; ",
        objects.stream()
            .map(
                o -> {
                  Noun noun = noun(o.kind());
                  return String.join(
                      " ",
                      noun.singular(),
                      color(o.color(), noun.feminine()),
                      size(o.size(), noun.feminine()),
                      place(o.place()).substring("no canto ".length()));
                })
            .toList());
  }

  @Override
  public String question(SceneQuestion question) {
    return switch (question.category()) {
      case COLOR -> "Qual é a cor " + ofThe(question.subject()) + "?";
      case SHAPE -> "Qual figura é " + color(question.subject().color(), true) + "?";
      case SIZE -> "Qual é o tamanho " + ofThe(question.subject()) + "?";
      case COUNT -> "Quantas figuras há na imagem?";
      case KIND_COUNT -> {
        Noun noun = noun(question.subject().kind());
        yield (noun.feminine() ? "Quantas " : "Quantos ") + noun.plural() + " há na imagem?";
      }
      case POSITION -> "Onde está " + the(question.subject()) + "?";
      case OBJECT -> "O que há " + place(question.place()) + "?";
      case RELATION ->
          "Onde está "
              + the(question.subject())
              + " em relação "
              + name("ao", "à", question.other())
              + "?";
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
    String subject = question.subject() == null ? "" : capitalize(the(question.subject()));
    boolean feminine = question.subject() != null && noun(question.subject().kind()).feminine();
    return switch (question.category()) {
      case COLOR ->
          subject + (" é " + color(((Answer.OfColor) question.right()).color(), feminine) + ".");
      case SIZE ->
          subject + (" é " + size(((Answer.OfSize) question.right()).size(), feminine) + ".");
      case SHAPE -> {
        Noun noun = noun(((Answer.OfKind) question.right()).kind());
        yield subject + " é " + number(1, noun.feminine()) + " " + noun.singular() + ".";
      }
      case COUNT, KIND_COUNT -> {
        Answer.OfCount a = (Answer.OfCount) question.right();
        yield "Há " + count(a.count(), a.kind()) + " na imagem.";
      }
      case POSITION -> subject + " está " + right + ".";
      case OBJECT -> "Há " + right + " " + place(question.place()) + ".";
      case RELATION -> subject + " está " + right + " " + ofThe(question.other()) + ".";
    };
  }

  @Override
  public String count(int count, ShapeKind kind) {
    Noun noun = noun(kind);
    return number(count, noun.feminine()) + " " + (count == 1 ? noun.singular() : noun.plural());
  }

  @Override
  public String sum(int first, int second, ShapeKind kind) {
    return "Quanto é " + count(first, kind) + " mais " + count(second, kind) + "?";
  }
}
