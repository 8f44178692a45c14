package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWorld;

class ImageSignatureTest {
  private static final int OF_EACH_KIND = 24;

  private static final ImageDecoder DECODER = new ImageDecoder();

  /** Draws different images of one kind, as alike as those of a benchmark are. */
  private interface Kind {
    BufferedImage draw(SplittableRandom random);
  }

  @Test
  void findsPlantedCopiesAndLittleElse() throws IOException {
    SplittableRandom random = new SplittableRandom(2024);
    ShapesWorld world = new ShapesWorld(ShapesConfig.builder().seed(3).build());
    List<Kind> kinds =
        List.of(
            ImageSignatureTest::landscape,
            ImageSignatureTest::page,
            ImageSignatureTest::chart,
            ImageSignatureTest::lineArt,
            r -> world.image(world.benchmark(r.nextInt(1 << 20))));
    List<ImageSignature> benchmark = new ArrayList<>();
    List<ImageSignature> others = new ArrayList<>();
    List<ImageSignature> copies = new ArrayList<>();
    for (Kind kind : kinds) {
      for (int i = 0; i < OF_EACH_KIND; i++) {
        BufferedImage original = kind.draw(random);
        benchmark.add(signature(png(original)));
        others.add(signature(png(kind.draw(random))));
        others.add(signature(copy(kind.draw(random), random)));
        copies.add(signature(copy(original, random)));
      }
    }
    long found =
        IntStream.range(0, copies.size())
            .filter(i -> copies.get(i).looksLike(benchmark.get(i)))
            .count();
    long wrong =
        others.stream().filter(other -> benchmark.stream().anyMatch(other::looksLike)).count();

    assertThat((double) found / copies.size()).as("recall").isGreaterThanOrEqualTo(0.95);
    assertThat((double) found / (found + wrong)).as("precision").isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void tellsColoursApart() throws IOException {
    BufferedImage red = white(64, 64);
    BufferedImage green = white(64, 64);
    paint(red, new Color(200, 60, 40));
    paint(green, new Color(40, 138, 40)); // as bright as the red

    assertThat(signature(png(red)).looksLike(signature(jpeg(red, 0.8f)))).isTrue();
    assertThat(signature(png(red)).looksLike(signature(png(green)))).isFalse();
  }

  @Test
  void findsNothingAlikeInAnImageOfOneColour() throws IOException {
    ImageSignature blank = signature(png(white(64, 64)));

    assertThat(blank.looksLike(signature(png(white(80, 80))))).isFalse();
  }

  private static void paint(BufferedImage image, Color colour) {
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(colour);
    graphics.fillOval(8, 12, 40, 30);
    graphics.dispose();
  }

  private static ImageSignature signature(byte[] file) {
    return ImageSignature.of(DECODER.decode(file));
  }

  /** Scaled by up to twice in either direction, smoothly, then PNG or a poor JPEG. */
  private static byte[] copy(BufferedImage original, SplittableRandom random) throws IOException {
    double scale = Math.pow(2, 2 * random.nextDouble() - 1);
    int width = (int) Math.max(32, Math.round(original.getWidth() * scale));
    int height = (int) Math.max(32, Math.round(original.getHeight() * scale));
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION,
        random.nextBoolean()
            ? RenderingHints.VALUE_INTERPOLATION_BILINEAR
            : RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(original, 0, 0, width, height, null);
    graphics.dispose();
    return random.nextInt(4) == 0
        ? png(scaled)
        : jpeg(scaled, 0.4f + 0.55f * random.nextInt(100) / 100);
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static byte[] jpeg(BufferedImage image, float quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(quality);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), parameters);
    }
    writer.dispose();
    return out.toByteArray();
  }

  /** Sky above ground, with patches of light and colour of all sizes. */
  private static BufferedImage landscape(SplittableRandom random) {
    BufferedImage image = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    int horizon = 90 + random.nextInt(60);
    graphics.setColor(new Color(150 + random.nextInt(60), 180 + random.nextInt(40), 230));
    graphics.fillRect(0, 0, 320, horizon);
    graphics.setColor(new Color(70 + random.nextInt(40), 110 + random.nextInt(40), 60));
    graphics.fillRect(0, horizon, 320, 240);
    for (int patch = 0; patch < 150; patch++) {
      int width = (int) (100 / (1 + 10 * random.nextDouble()));
      graphics.setColor(
          new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256), 90));
      graphics.fillOval(random.nextInt(320), random.nextInt(240), width, width * 2 / 3);
    }
    graphics.dispose();
    return image;
  }

  /** Lines of words in the same columns and places. */
  private static BufferedImage page(SplittableRandom random) {
    BufferedImage image = white(360, 480);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.BLACK);
    for (int y = 30; y < 450; y += 14) {
      for (int x = 30; x < 310; ) {
        int word = 6 + random.nextInt(40);
        for (int stroke = 0; stroke < word; stroke += 3) {
          graphics.drawLine(x + stroke, y + random.nextInt(3), x + stroke, y + 8);
        }
        x += word + 6;
      }
    }
    graphics.dispose();
    return image;
  }

  /** Bars of the same colours over the same axes. */
  private static BufferedImage chart(SplittableRandom random) {
    BufferedImage image = white(400, 300);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.GRAY);
    graphics.drawLine(40, 260, 380, 260);
    graphics.drawLine(40, 20, 40, 260);
    for (int bar = 0; bar < 6; bar++) {
      int height = 20 + random.nextInt(200);
      graphics.setColor(bar % 2 == 0 ? new Color(60, 110, 180) : new Color(220, 120, 40));
      graphics.fillRect(55 + 54 * bar, 260 - height, 40, height);
    }
    graphics.dispose();
    return image;
  }

  /** Thin dark lines on white, as in a figure of geometry. */
  private static BufferedImage lineArt(SplittableRandom random) {
    BufferedImage image = white(300, 300);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.BLACK);
    int[] xs = new int[3 + random.nextInt(3)];
    int[] ys = new int[xs.length];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = 20 + random.nextInt(260);
      ys[i] = 20 + random.nextInt(260);
    }
    graphics.drawPolygon(xs, ys, xs.length);
    int radius = 20 + random.nextInt(60);
    graphics.drawOval(random.nextInt(200), random.nextInt(200), radius, radius);
    graphics.dispose();
    return image;
  }

  private static BufferedImage white(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return image;
  }
}
