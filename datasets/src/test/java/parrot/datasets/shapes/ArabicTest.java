package parrot.datasets.shapes;

import static parrot.datasets.shapes.Place.BOTTOM_LEFT;
import static parrot.datasets.shapes.Place.BOTTOM_RIGHT;
import static parrot.datasets.shapes.Place.TOP_LEFT;
import static parrot.datasets.shapes.Relation.ABOVE;
import static parrot.datasets.shapes.Relation.LEFT;
import static parrot.datasets.shapes.ShapeColor.BLACK;
import static parrot.datasets.shapes.ShapeColor.BLUE;
import static parrot.datasets.shapes.ShapeColor.GREEN;
import static parrot.datasets.shapes.ShapeColor.ORANGE;
import static parrot.datasets.shapes.ShapeColor.PURPLE;
import static parrot.datasets.shapes.ShapeColor.RED;
import static parrot.datasets.shapes.ShapeKind.CIRCLE;
import static parrot.datasets.shapes.ShapeKind.CROSS;
import static parrot.datasets.shapes.ShapeKind.HEART;
import static parrot.datasets.shapes.ShapeKind.SQUARE;
import static parrot.datasets.shapes.ShapeKind.STAR;
import static parrot.datasets.shapes.ShapeKind.TRIANGLE;
import static parrot.datasets.shapes.ShapeSize.LARGE;
import static parrot.datasets.shapes.ShapeSize.SMALL;

import org.junit.jupiter.api.Test;

/** Concrete sentences, written by hand, of each kind of agreement. */
class ArabicTest extends WordingContract {
  ArabicTest() {
    super(
        Arabic.INSTANCE,
        "دائرة حمراء كبيرة في الأعلى على اليسار، ونجمة زرقاء صغيرة في الأعلى على اليمين، وقلب أصفر صغير في الأسفل على اليسار، وصليب أسود كبير في الأسفل على اليمين.",
        "دائرة حمراء كبيرة في الأعلى على اليسار؛ نجمة زرقاء صغيرة في الأعلى على اليمين؛ قلب أصفر صغير في الأسفل على اليسار؛ صليب أسود كبير في الأسفل على اليمين");
  }

  @Test
  void adjectivesAgreeInGenderAndDefiniteness() {
    assertSaid(color(STAR, BLUE), "ما لون النجمة؟", "أزرق", "النجمة زرقاء.");
    assertSaid(color(SQUARE, BLUE), "ما لون المربع؟", "أزرق", "المربع أزرق.");
    assertSaid(color(CIRCLE, ORANGE), "ما لون الدائرة؟", "برتقالي", "الدائرة برتقالية.");
    assertSaid(shape(RED, STAR), "ما هو الشكل الأحمر؟", "نجمة", "الشكل الأحمر هو نجمة.");
    assertSaid(
        size(the(BLACK, CIRCLE), LARGE),
        "ما حجم الدائرة السوداء؟",
        "كبير",
        "الدائرة السوداء كبيرة.");
    assertSaid(
        size(the(BLACK, HEART), SMALL), "ما حجم القلب الأسود؟", "صغير", "القلب الأسود صغير.");
  }

  @Test
  void numbersHaveADualAndThePolarityOfTheirNoun() {
    assertSaid(count(1, null), "كم شكلًا في الصورة؟", "واحد", "في الصورة شكل واحد.");
    assertSaid(count(2, null), "كم شكلًا في الصورة؟", "اثنان", "في الصورة شكلان.");
    assertSaid(count(3, null), "كم شكلًا في الصورة؟", "ثلاثة", "في الصورة ثلاثة أشكال.");
    assertSaid(count(1, STAR), "كم نجمةً في الصورة؟", "واحدة", "في الصورة نجمة واحدة.");
    assertSaid(count(2, STAR), "كم نجمةً في الصورة؟", "اثنتان", "في الصورة نجمتان.");
    assertSaid(count(4, STAR), "كم نجمةً في الصورة؟", "أربع", "في الصورة أربع نجوم.");
    assertSaid(count(4, HEART), "كم قلبًا في الصورة؟", "أربعة", "في الصورة أربعة قلوب.");
  }

  @Test
  void theVerbAgreesWithWhatIsThere() {
    assertSaid(
        object(TOP_LEFT, PURPLE, CIRCLE),
        "ماذا يوجد في الأعلى على اليسار؟",
        "دائرة بنفسجية",
        "توجد دائرة بنفسجية في الأعلى على اليسار.");
    assertSaid(
        object(BOTTOM_RIGHT, GREEN, TRIANGLE),
        "ماذا يوجد في الأسفل على اليمين؟",
        "مثلث أخضر",
        "يوجد مثلث أخضر في الأسفل على اليمين.");
  }

  @Test
  void saysWhereThingsAre() {
    assertSaid(
        position(the(GREEN), BOTTOM_LEFT),
        "أين الشكل الأخضر؟",
        "في الأسفل على اليسار",
        "الشكل الأخضر في الأسفل على اليسار.");
    assertSaid(
        relation(the(STAR), LEFT, the(RED, CIRCLE)),
        "أين النجمة بالنسبة إلى الدائرة الحمراء؟",
        "على اليسار",
        "النجمة على يسار الدائرة الحمراء.");
    assertSaid(
        relation(the(STAR), ABOVE, the(SQUARE)),
        "أين النجمة بالنسبة إلى المربع؟",
        "في الأعلى",
        "النجمة فوق المربع.");
  }

  @Test
  void numbersStandWithTheirNouns() {
    assertCount(1, CIRCLE, "دائرة واحدة");
    assertCount(2, CROSS, "صليبان");
    assertCount(5, SQUARE, "خمسة مربعات");
    assertCount(6, CIRCLE, "ست دوائر");
    assertCount(6, null, "ستة أشكال");
    assertSum(2, 3, CIRCLE, "ما مجموع دائرتين وثلاث دوائر؟");
  }
}
