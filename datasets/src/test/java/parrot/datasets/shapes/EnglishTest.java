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
import static parrot.datasets.shapes.ShapeKind.CROSS;
import static parrot.datasets.shapes.ShapeKind.HEART;
import static parrot.datasets.shapes.ShapeKind.STAR;
import static parrot.datasets.shapes.ShapeSize.SMALL;

import org.junit.jupiter.api.Test;

/** Concrete sentences, written by hand, of each kind of agreement. */
class EnglishTest extends WordingContract {
  EnglishTest() {
    super(
        English.INSTANCE,
        "A large red circle at the top left, a small blue star at the top right, a small yellow heart at the bottom left and a large black cross at the bottom right.",
        "red circle large top left; blue star small top right; yellow heart small bottom left; black cross large bottom right");
  }

  @Test
  void asksForAttributesAndAnswersInShortAndInASentence() {
    assertSaid(color(STAR, BLUE), "What colour is the star?", "blue", "The star is blue.");
    assertSaid(
        shape(ORANGE, HEART), "Which shape is orange?", "heart", "The orange shape is a heart.");
    assertSaid(
        size(the(RED, CROSS), SMALL),
        "What size is the red cross?",
        "small",
        "The red cross is small.");
  }

  @Test
  void countsWithPluralsAndAVerbThatAgrees() {
    assertSaid(count(1, null), "How many shapes are there?", "one", "There is one shape.");
    assertSaid(count(4, null), "How many shapes are there?", "four", "There are four shapes.");
    assertSaid(count(2, CROSS), "How many crosses are there?", "two", "There are two crosses.");
  }

  @Test
  void putsTheRightArticleBeforeVowels() {
    assertSaid(
        object(TOP_LEFT, ORANGE, CIRCLE),
        "What is at the top left?",
        "an orange circle",
        "There is an orange circle at the top left.");
    assertSaid(
        object(BOTTOM_RIGHT, PURPLE, STAR),
        "What is at the bottom right?",
        "a purple star",
        "There is a purple star at the bottom right.");
  }

  @Test
  void saysWhereThingsAre() {
    assertSaid(
        position(the(GREEN), BOTTOM_LEFT),
        "Where is the green shape?",
        "at the bottom left",
        "The green shape is at the bottom left.");
    assertSaid(
        relation(the(STAR), LEFT, the(RED, CIRCLE)),
        "Where is the star relative to the red circle?",
        "to the left",
        "The star is to the left of the red circle.");
    assertSaid(
        relation(the(STAR), ABOVE, the(CIRCLE)),
        "Where is the star relative to the circle?",
        "above",
        "The star is above the circle.");
  }

  @Test
  void numbersStandWithTheirNouns() {
    assertCount(1, STAR, "one star");
    assertCount(2, HEART, "two hearts");
    assertCount(5, CROSS, "five crosses");
    assertCount(6, null, "six shapes");
    assertSum(2, 3, CIRCLE, "How many are two circles and three circles?");
  }
}
