package parrot.datasets.shapes;

import static parrot.datasets.shapes.Place.BOTTOM_LEFT;
import static parrot.datasets.shapes.Place.BOTTOM_RIGHT;
import static parrot.datasets.shapes.Place.TOP_LEFT;
import static parrot.datasets.shapes.Relation.ABOVE;
import static parrot.datasets.shapes.Relation.LEFT;
import static parrot.datasets.shapes.ShapeColor.BLUE;
import static parrot.datasets.shapes.ShapeColor.GREEN;
import static parrot.datasets.shapes.ShapeColor.ORANGE;
import static parrot.datasets.shapes.ShapeColor.PURPLE;
import static parrot.datasets.shapes.ShapeColor.RED;
import static parrot.datasets.shapes.ShapeKind.CIRCLE;
import static parrot.datasets.shapes.ShapeKind.HEART;
import static parrot.datasets.shapes.ShapeKind.STAR;
import static parrot.datasets.shapes.ShapeSize.LARGE;
import static parrot.datasets.shapes.ShapeSize.SMALL;

import org.junit.jupiter.api.Test;

/** Concrete sentences, written by hand, of each kind of agreement. */
class RussianTest extends WordingContract {
  RussianTest() {
    super(
        Russian.INSTANCE,
        "Большой красный круг вверху слева, маленькая синяя звезда вверху справа, маленькое жёлтое сердце внизу слева и большой чёрный крест внизу справа.",
        "красный круг большой вверху слева; синяя звезда маленькая вверху справа; жёлтое сердце маленькое внизу слева; чёрный крест большой внизу справа");
  }

  @Test
  void adjectivesAgreeInGender() {
    assertSaid(color(STAR, BLUE), "Какой цвет у звезды?", "синий", "Звезда синяя.");
    assertSaid(color(HEART, BLUE), "Какой цвет у сердца?", "синий", "Сердце синее.");
    assertSaid(color(CIRCLE, GREEN), "Какой цвет у круга?", "зелёный", "Круг зелёный.");
    assertSaid(
        shape(BLUE, HEART), "Какая фигура синего цвета?", "сердце", "Синяя фигура — это сердце.");
    assertSaid(
        size(the(BLUE, HEART), SMALL),
        "Какой размер у синего сердца?",
        "маленький",
        "Синее сердце маленькое.");
    assertSaid(
        size(the(RED), LARGE),
        "Какой размер у красной фигуры?",
        "большой",
        "Красная фигура большая.");
  }

  @Test
  void nounsStandInTheFormTheNumberAsksFor() {
    assertSaid(count(1, null), "Сколько фигур на картинке?", "одна", "На картинке одна фигура.");
    assertSaid(count(2, null), "Сколько фигур на картинке?", "две", "На картинке две фигуры.");
    assertSaid(
        count(4, CIRCLE), "Сколько кругов на картинке?", "четыре", "На картинке четыре круга.");
    assertSaid(count(1, HEART), "Сколько сердец на картинке?", "одно", "На картинке одно сердце.");
    assertSaid(count(2, HEART), "Сколько сердец на картинке?", "два", "На картинке два сердца.");
    assertSaid(count(2, STAR), "Сколько звёзд на картинке?", "две", "На картинке две звезды.");
  }

  @Test
  void saysWhatIsThere() {
    assertSaid(
        object(TOP_LEFT, ORANGE, CIRCLE),
        "Что находится вверху слева?",
        "оранжевый круг",
        "Вверху слева находится оранжевый круг.");
    assertSaid(
        object(BOTTOM_RIGHT, PURPLE, STAR),
        "Что находится внизу справа?",
        "фиолетовая звезда",
        "Внизу справа находится фиолетовая звезда.");
  }

  @Test
  void saysWhereThingsAreWithGenitives() {
    assertSaid(
        position(the(GREEN), BOTTOM_LEFT),
        "Где находится зелёная фигура?",
        "внизу слева",
        "Зелёная фигура находится внизу слева.");
    assertSaid(
        relation(the(STAR), LEFT, the(BLUE, CIRCLE)),
        "Где находится звезда относительно синего круга?",
        "слева",
        "Звезда находится слева от синего круга.");
    assertSaid(
        relation(the(CIRCLE), ABOVE, the(BLUE, STAR)),
        "Где находится круг относительно синей звезды?",
        "выше",
        "Круг находится выше синей звезды.");
  }

  @Test
  void numbersStandWithTheirNouns() {
    assertCount(1, CIRCLE, "один круг");
    assertCount(2, CIRCLE, "два круга");
    assertCount(4, STAR, "четыре звезды");
    assertCount(5, CIRCLE, "пять кругов");
    assertCount(5, STAR, "пять звёзд");
    assertCount(6, HEART, "шесть сердец");
    assertCount(6, null, "шесть фигур");
    assertSum(2, 3, CIRCLE, "Сколько будет два круга и три круга?");
  }
}
