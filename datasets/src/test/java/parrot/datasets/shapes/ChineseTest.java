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
import static parrot.datasets.shapes.ShapeKind.SQUARE;
import static parrot.datasets.shapes.ShapeKind.STAR;
import static parrot.datasets.shapes.ShapeKind.TRIANGLE;
import static parrot.datasets.shapes.ShapeSize.SMALL;

import org.junit.jupiter.api.Test;

/** Concrete sentences, written by hand, of each kind of agreement. */
class ChineseTest extends WordingContract {
  ChineseTest() {
    super(
        Chinese.INSTANCE,
        "左上角有一个红色的大圆形，右上角有一颗蓝色的小星星，左下角有一颗黄色的小爱心，右下角有一个黑色的大十字。",
        "红色圆形大左上角；蓝色星星小右上角；黄色爱心小左下角；黑色十字大右下角");
  }

  @Test
  void asksForAttributesAndAnswersInShortAndInASentence() {
    assertSaid(color(STAR, BLUE), "星星是什么颜色？", "蓝色", "星星是蓝色的。");
    assertSaid(shape(ORANGE, HEART), "橙色的图形是什么？", "爱心", "橙色的图形是一颗爱心。");
    assertSaid(shape(RED, SQUARE), "红色的图形是什么？", "正方形", "红色的图形是一个正方形。");
    assertSaid(size(the(RED, CROSS), SMALL), "红色的十字是大的还是小的？", "小的", "红色的十字是小的。");
  }

  @Test
  void countsWithTheMeasureWordOfTheNoun() {
    assertSaid(count(1, null), "图中有几个图形？", "一个", "图中有一个图形。");
    assertSaid(count(2, null), "图中有几个图形？", "两个", "图中有两个图形。");
    assertSaid(count(2, STAR), "图中有几颗星星？", "两颗", "图中有两颗星星。");
    assertSaid(count(3, TRIANGLE), "图中有几个三角形？", "三个", "图中有三个三角形。");
  }

  @Test
  void saysWhatIsThere() {
    assertSaid(object(TOP_LEFT, ORANGE, CIRCLE), "左上角有什么？", "橙色的圆形", "左上角有一个橙色的圆形。");
    assertSaid(object(BOTTOM_RIGHT, PURPLE, STAR), "右下角有什么？", "紫色的星星", "右下角有一颗紫色的星星。");
  }

  @Test
  void saysWhereThingsAre() {
    assertSaid(position(the(GREEN), BOTTOM_LEFT), "绿色的图形在哪里？", "左下角", "绿色的图形在左下角。");
    assertSaid(relation(the(STAR), LEFT, the(RED, CIRCLE)), "星星在红色的圆形的哪一边？", "左边", "星星在红色的圆形的左边。");
    assertSaid(relation(the(STAR), ABOVE, the(CIRCLE)), "星星在圆形的哪一边？", "上边", "星星在圆形的上边。");
  }

  @Test
  void numbersStandWithTheirNouns() {
    assertCount(1, STAR, "一颗星星");
    assertCount(2, HEART, "两颗爱心");
    assertCount(5, CROSS, "五个十字");
    assertCount(6, null, "六个图形");
    assertSum(2, 3, CIRCLE, "两个圆形加三个圆形，一共是多少？");
  }
}
