package parrot.jobs.sweep;

import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Optional;
import javax.imageio.ImageIO;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.image.RgbImage;
import parrot.datasets.image.UnusableImageException;

/** Images at the size that a page shows them in. */
final class Thumbnail {
  /** Pixels of the longer side. */
  private static final int SIDE = 264;

  /** Small drawings stay sharp as PNG; photographs are smaller as JPEG. */
  private static final int LARGEST_PNG = 12_000;

  private Thumbnail() {}

  /** As a data URI; empty if the file is not an image that can be decoded. */
  static Optional<String> of(byte[] file) {
    RgbImage image;
    try {
      image = new ImageDecoder().decode(file);
    } catch (UnusableImageException e) {
      return Optional.empty();
    }
    BufferedImage small = scaled(image);
    byte[] png = encoded(small, "png");
    return Optional.of(
        png.length <= LARGEST_PNG
            ? "data:image/png;base64," + Base64.getEncoder().encodeToString(png)
            : "data:image/jpeg;base64,"
                + Base64.getEncoder().encodeToString(encoded(small, "jpeg")));
  }

  private static BufferedImage scaled(RgbImage image) {
    BufferedImage whole =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = image.rgb();
    for (int y = 0, at = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++, at += 3) {
        whole.setRGB(x, y, (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff);
      }
    }
    double scale = (double) SIDE / Math.max(image.width(), image.height());
    if (scale >= 1) {
      return whole;
    }
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.drawImage(
        whole.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
    graphics.dispose();
    return small;
  }

  private static byte[] encoded(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
