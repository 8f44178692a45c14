package parrot.datasets.shapes;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.SplittableRandom;

/** Paints scenes: pale background, antialiased shapes, mild noise. */
final class ScenePainter {
  /** The farthest that noise moves a channel, of 255. */
  private static final int NOISE = 5;

  /** How far from white a background may be, of 255. */
  private static final int PALE = 34;

  private ScenePainter() {}

  /**
   * Paints a scene; the same image for the same arguments.
   *
   * @param size width and height in pixels
   * @param seed of jitter, background and noise
   * @return an image of type {@link BufferedImage#TYPE_INT_RGB}
   */
  public static BufferedImage paint(Scene scene, int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      background(graphics, size, random);
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      for (SceneObject object : scene.objects()) {
        double[] circle = circle(object, random);
        graphics.setColor(new Color(object.color().rgb()));
        graphics.fill(outline(object.kind(), circle[0] * size, circle[1] * size, circle[2] * size));
      }
    } finally {
      graphics.dispose();
    }
    noise(image, random);
    return image;
  }

  /** Centre x, centre y and radius in image widths: jittered, but inside the quadrant. */
  private static double[] circle(SceneObject object, SplittableRandom random) {
    double diameter = object.size().diameter() * (0.95 + 0.1 * random.nextDouble());
    double room = (0.5 - diameter) / 2 * 0.9;
    double x = object.place().isLeft() ? 0.25 : 0.75;
    double y = object.place().isTop() ? 0.25 : 0.75;
    return new double[] {
      x + room * (2 * random.nextDouble() - 1),
      y + room * (2 * random.nextDouble() - 1),
      diameter / 2
    };
  }

  /** Where an object lies: centre x, centre y and radius in image widths, in the scene's order. */
  static double[][] circles(Scene scene, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    // The background's numbers are drawn first.
    Background.draw(random);
    return scene.objects().stream().map(o -> circle(o, random)).toArray(double[][]::new);
  }

  private static Shape outline(ShapeKind kind, double x, double y, double r) {
    return switch (kind) {
      case CIRCLE -> new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r);
      case SQUARE -> {
        double half = 0.86 * r;
        yield new Rectangle2D.Double(x - half, y - half, 2 * half, 2 * half);
      }
      case TRIANGLE -> {
        // Lowered by a quarter radius: the bounding box is centred, not the circumcircle.
        double half = r * Math.sqrt(3) / 2 * 1.15;
        yield polygon(
            new double[] {x, x + half, x - half}, new double[] {y - r, y + 0.8 * r, y + 0.8 * r});
      }
      case STAR -> star(x, y, r);
      case HEART -> heart(x, y, r);
      case CROSS -> cross(x, y, r);
    };
  }

  private static Path2D polygon(double[] xs, double[] ys) {
    Path2D path = new Path2D.Double();
    path.moveTo(xs[0], ys[0]);
    for (int i = 1; i < xs.length; i++) {
      path.lineTo(xs[i], ys[i]);
    }
    path.closePath();
    return path;
  }

  private static Shape star(double x, double y, double r) {
    double[] xs = new double[10];
    double[] ys = new double[10];
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 1.1 * r : 0.46 * r;
      double angle = Math.PI * i / 5;
      xs[i] = x + radius * Math.sin(angle);
      ys[i] = y - radius * Math.cos(angle);
    }
    return polygon(xs, ys);
  }

  private static Shape heart(double x, double y, double r) {
    Path2D path = new Path2D.Double();
    path.moveTo(x, y + r);
    path.curveTo(x - 0.6 * r, y + 0.45 * r, x - r, y + 0.1 * r, x - r, y - 0.35 * r);
    path.curveTo(x - r, y - 1.05 * r, x - 0.15 * r, y - 1.05 * r, x, y - 0.4 * r);
    path.curveTo(x + 0.15 * r, y - 1.05 * r, x + r, y - 1.05 * r, x + r, y - 0.35 * r);
    path.curveTo(x + r, y + 0.1 * r, x + 0.6 * r, y + 0.45 * r, x, y + r);
    path.closePath();
    return path;
  }

  private static Shape cross(double x, double y, double r) {
    double w = 0.34 * r;
    return polygon(
        new double[] {
          x - w, x + w, x + w, x + r, x + r, x + w, x + w, x - w, x - w, x - r, x - r, x - w
        },
        new double[] {
          y - r, y - r, y - w, y - w, y + w, y + w, y + r, y + r, y + w, y + w, y - w, y - w
        });
  }

  /** Two pale colours and how they are laid out: plain, gradient, stripes, checker. */
  private record Background(int style, Color first, Color second, int cells) {
    static Background draw(SplittableRandom random) {
      int style = random.nextInt(4);
      Color first = pale(random);
      Color second = pale(random);
      return new Background(style, first, second, 4 + random.nextInt(6));
    }

    private static Color pale(SplittableRandom random) {
      return new Color(
          255 - random.nextInt(PALE), 255 - random.nextInt(PALE), 255 - random.nextInt(PALE));
    }
  }

  private static void background(Graphics2D graphics, int size, SplittableRandom random) {
    Background background = Background.draw(random);
    graphics.setColor(background.first());
    if (background.style() == 1) {
      graphics.setPaint(
          new GradientPaint(0, 0, background.first(), size, size, background.second()));
    }
    graphics.fillRect(0, 0, size, size);
    if (background.style() < 2) {
      return;
    }
    graphics.setColor(background.second());
    int cell = Math.max(1, size / background.cells());
    for (int y = 0; y < size; y += cell) {
      if (background.style() == 2) {
        if (y / cell % 2 == 0) {
          graphics.fillRect(0, y, size, cell);
        }
        continue;
      }
      for (int x = 0; x < size; x += cell) {
        if ((x / cell + y / cell) % 2 == 0) {
          graphics.fillRect(x, y, cell, cell);
        }
      }
    }
  }

  /** The same amount on all three channels of a pixel: grain of brightness, not of colour. */
  private static void noise(BufferedImage image, SplittableRandom random) {
    int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    int strength = 1 + random.nextInt(NOISE);
    int bound = 2 * strength + 1;
    for (int i = 0; i < pixels.length; i++) {
      int amount = random.nextInt(bound) - strength;
      int pixel = pixels[i];
      pixels[i] =
          clamp((pixel >> 16 & 255) + amount) << 16
              | clamp((pixel >> 8 & 255) + amount) << 8
              | clamp((pixel & 255) + amount);
    }
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
