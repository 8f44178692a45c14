package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenePainterTest {
  private static final int SIZE = 112;

  @Test
  void everyObjectHasItsColourAtItsCentre() {
    for (int i = 0; i < 300; i++) {
      Scene scene = SceneSampler.scene(1, Split.TRAIN, i);
      BufferedImage image = ScenePainter.paint(scene, SIZE, i);
      double[][] circles = ScenePainter.circles(scene, i);
      for (int j = 0; j < circles.length; j++) {
        int pixel = image.getRGB((int) (circles[j][0] * SIZE), (int) (circles[j][1] * SIZE));
        assertNear(pixel, scene.objects().get(j).color().rgb(), 6);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ImageEncoding.class)
  void coloursSurviveTheFileFormat(ImageEncoding format) throws IOException {
    for (int i = 0; i < 50; i++) {
      Scene scene = SceneSampler.scene(1, Split.TRAIN, i);
      byte[] file = format.encode(ScenePainter.paint(scene, SIZE, i));
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
      double[][] circles = ScenePainter.circles(scene, i);
      for (int j = 0; j < circles.length; j++) {
        int pixel = image.getRGB((int) (circles[j][0] * SIZE), (int) (circles[j][1] * SIZE));
        assertNear(pixel, scene.objects().get(j).color().rgb(), 40);
      }
    }
  }

  @Test
  void objectsLieInsideTheirQuadrant() {
    for (int i = 0; i < 300; i++) {
      Scene scene = SceneSampler.scene(1, Split.TRAIN, i);
      double[][] circles = ScenePainter.circles(scene, i);
      for (int j = 0; j < circles.length; j++) {
        Place place = scene.objects().get(j).place();
        double left = place.isLeft() ? 0 : 0.5;
        double top = place.isTop() ? 0 : 0.5;
        assertThat(circles[j][0] - circles[j][2]).isBetween(left, left + 0.5);
        assertThat(circles[j][0] + circles[j][2]).isBetween(left, left + 0.5);
        assertThat(circles[j][1] - circles[j][2]).isBetween(top, top + 0.5);
        assertThat(circles[j][1] + circles[j][2]).isBetween(top, top + 0.5);
      }
    }
  }

  @Test
  void largeIsMuchLargerThanSmall() {
    for (ShapeKind kind : ShapeKind.values()) {
      assertThat(painted(kind, ShapeSize.LARGE) / (double) painted(kind, ShapeSize.SMALL))
          .isGreaterThan(2);
    }
  }

  @Test
  void kindsCoverDifferentPixels() {
    for (ShapeKind first : ShapeKind.values()) {
      for (ShapeKind second : ShapeKind.values()) {
        if (first != second) {
          BufferedImage a = ScenePainter.paint(scene(first, ShapeSize.LARGE), SIZE, 5);
          BufferedImage b = ScenePainter.paint(scene(second, ShapeSize.LARGE), SIZE, 5);
          int different = 0;
          for (int y = 0; y < SIZE / 2; y++) {
            for (int x = 0; x < SIZE / 2; x++) {
              different += isBlack(a.getRGB(x, y)) == isBlack(b.getRGB(x, y)) ? 0 : 1;
            }
          }
          assertThat(different).as("%s and %s", first, second).isGreaterThan(150);
        }
      }
    }
  }

  @Test
  void backgroundsArePaleAndColoursFarFromThemAndFromOneAnother() {
    for (int seed = 0; seed < 100; seed++) {
      BufferedImage image = ScenePainter.paint(scene(ShapeKind.STAR, ShapeSize.SMALL), SIZE, seed);
      for (int x = SIZE / 2; x < SIZE; x++) {
        assertNear(image.getRGB(x, SIZE - 1 - x / 2), 0xF5F5F5, 40);
      }
    }
    for (ShapeColor first : ShapeColor.values()) {
      assertThat(distance(first.rgb(), 0xF5F5F5)).as("%s", first).isGreaterThan(100);
      for (ShapeColor second : ShapeColor.values()) {
        if (first != second) {
          assertThat(distance(first.rgb(), second.rgb()))
              .as("%s and %s", first, second)
              .isGreaterThan(75);
        }
      }
    }
  }

  @Test
  void theSameArgumentsGiveTheSamePixels() {
    Scene scene = scene(ShapeKind.HEART, ShapeSize.LARGE);
    int[] first = ScenePainter.paint(scene, SIZE, 9).getRGB(0, 0, SIZE, SIZE, null, 0, SIZE);

    assertThat(ScenePainter.paint(scene, SIZE, 9).getRGB(0, 0, SIZE, SIZE, null, 0, SIZE))
        .isEqualTo(first);
    assertThat(ScenePainter.paint(scene, SIZE, 10).getRGB(0, 0, SIZE, SIZE, null, 0, SIZE))
        .isNotEqualTo(first);
  }

  private static Scene scene(ShapeKind kind, ShapeSize size) {
    return new Scene(List.of(new SceneObject(kind, ShapeColor.BLACK, size, Place.TOP_LEFT)));
  }

  private static int painted(ShapeKind kind, ShapeSize size) {
    BufferedImage image = ScenePainter.paint(scene(kind, size), SIZE, 3);
    int count = 0;
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        count += isBlack(image.getRGB(x, y)) ? 1 : 0;
      }
    }
    return count;
  }

  private static boolean isBlack(int pixel) {
    return (pixel & 255) < 128;
  }

  private static double distance(int first, int second) {
    double sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int difference = (first >> shift & 255) - (second >> shift & 255);
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  private static void assertNear(int pixel, int rgb, int tolerance) {
    for (int shift = 0; shift <= 16; shift += 8) {
      assertThat(pixel >> shift & 255).isCloseTo(rgb >> shift & 255, within(tolerance));
    }
  }
}
