package parrot.datasets.shapes;

import static parrot.datasets.shapes.Place.BOTTOM_LEFT;
import static parrot.datasets.shapes.Place.BOTTOM_RIGHT;
import static parrot.datasets.shapes.Place.TOP_LEFT;
import static parrot.datasets.shapes.Relation.ABOVE;
import static parrot.datasets.shapes.Relation.BELOW;
import static parrot.datasets.shapes.Relation.LEFT;
import static parrot.datasets.shapes.Relation.RIGHT;
import static parrot.datasets.shapes.ShapeColor.BLACK;
import static parrot.datasets.shapes.ShapeColor.BLUE;
import static parrot.datasets.shapes.ShapeColor.GREEN;
import static parrot.datasets.shapes.ShapeColor.ORANGE;
import static parrot.datasets.shapes.ShapeColor.PURPLE;
import static parrot.datasets.shapes.ShapeColor.RED;
import static parrot.datasets.shapes.ShapeColor.YELLOW;
import static parrot.datasets.shapes.ShapeKind.CIRCLE;
import static parrot.datasets.shapes.ShapeKind.CROSS;
import static parrot.datasets.shapes.ShapeKind.HEART;
import static parrot.datasets.shapes.ShapeKind.SQUARE;
import static parrot.datasets.shapes.ShapeKind.STAR;
import static parrot.datasets.shapes.ShapeKind.TRIANGLE;
import static parrot.datasets.shapes.ShapeSize.LARGE;

import org.junit.jupiter.api.Test;

/** Concrete sentences, written by hand, of each kind of agreement. */
class TurkishTest extends WordingContract {
  TurkishTest() {
    super(
        Turkish.INSTANCE,
        "Sol üst köşede büyük kırmızı bir daire, sağ üst köşede küçük mavi bir yıldız, sol alt köşede küçük sarı bir kalp ve sağ alt köşede büyük siyah bir haç var.",
        "kırmızı daire büyük sol üst; mavi yıldız küçük sağ üst; sarı kalp küçük sol alt; siyah haç büyük sağ alt");
  }

  @Test
  void theCopulaFollowsVowelAndConsonant() {
    assertSaid(color(STAR, RED), "Yıldız ne renk?", "kırmızı", "Yıldız kırmızıdır.");
    assertSaid(color(SQUARE, GREEN), "Kare ne renk?", "yeşil", "Kare yeşildir.");
    assertSaid(color(HEART, PURPLE), "Kalp ne renk?", "mor", "Kalp mordur.");
    assertSaid(color(CROSS, BLACK), "Haç ne renk?", "siyah", "Haç siyahtır.");
    assertSaid(color(TRIANGLE, ORANGE), "Üçgen ne renk?", "turuncu", "Üçgen turuncudur.");
    assertSaid(shape(RED, HEART), "Kırmızı şekil nedir?", "kalp", "Kırmızı şekil bir kalptir.");
    assertSaid(shape(BLUE, CROSS), "Mavi şekil nedir?", "haç", "Mavi şekil bir haçtır.");
    assertSaid(shape(YELLOW, TRIANGLE), "Sarı şekil nedir?", "üçgen", "Sarı şekil bir üçgendir.");
    assertSaid(size(the(STAR), LARGE), "Yıldız büyük mü, küçük mü?", "büyük", "Yıldız büyüktür.");
  }

  @Test
  void nounsStaySingularAfterNumbers() {
    assertSaid(count(1, null), "Resimde kaç şekil var?", "bir", "Resimde bir şekil var.");
    assertSaid(count(3, null), "Resimde kaç şekil var?", "üç", "Resimde üç şekil var.");
    assertSaid(count(2, STAR), "Resimde kaç yıldız var?", "iki", "Resimde iki yıldız var.");
  }

  @Test
  void saysWhatIsThere() {
    assertSaid(
        object(TOP_LEFT, ORANGE, CIRCLE),
        "Sol üst köşede ne var?",
        "turuncu bir daire",
        "Sol üst köşede turuncu bir daire var.");
    assertSaid(
        object(BOTTOM_RIGHT, PURPLE, STAR),
        "Sağ alt köşede ne var?",
        "mor bir yıldız",
        "Sağ alt köşede mor bir yıldız var.");
  }

  @Test
  void dativeAndGenitiveFollowVowelHarmony() {
    assertSaid(
        position(the(GREEN), BOTTOM_LEFT),
        "Yeşil şekil nerede?",
        "sol alt köşede",
        "Yeşil şekil sol alt köşededir.");
    assertSaid(
        relation(the(STAR), LEFT, the(RED, CIRCLE)),
        "Yıldız kırmızı daireye göre nerede?",
        "solda",
        "Yıldız kırmızı dairenin solundadır.");
    assertSaid(
        relation(the(STAR), ABOVE, the(HEART)),
        "Yıldız kalbe göre nerede?",
        "yukarıda",
        "Yıldız kalbin yukarısındadır.");
    assertSaid(
        relation(the(SQUARE), RIGHT, the(BLUE)),
        "Kare mavi şekle göre nerede?",
        "sağda",
        "Kare mavi şeklin sağındadır.");
    assertSaid(
        relation(the(SQUARE), BELOW, the(CROSS)),
        "Kare haça göre nerede?",
        "aşağıda",
        "Kare haçın aşağısındadır.");
    assertSaid(
        relation(the(SQUARE), BELOW, the(STAR)),
        "Kare yıldıza göre nerede?",
        "aşağıda",
        "Kare yıldızın aşağısındadır.");
  }

  @Test
  void numbersStandWithTheirNouns() {
    assertCount(1, STAR, "bir yıldız");
    assertCount(2, HEART, "iki kalp");
    assertCount(5, CROSS, "beş haç");
    assertCount(6, null, "altı şekil");
    assertSum(2, 3, CIRCLE, "İki daire ve üç daire toplam kaç eder?");
  }
}
