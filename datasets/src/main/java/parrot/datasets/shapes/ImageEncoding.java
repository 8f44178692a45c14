package parrot.datasets.shapes;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import parrot.datasets.SplitMix;

/** The file formats that images are written in. */
enum ImageEncoding {
  PNG,
  JPEG;

  private static final float JPEG_QUALITY = 0.92f;

  /** Which format the image of this seed has. */
  static ImageEncoding of(long imageSeed, double jpegShare) {
    double draw = new SplittableRandom(SplitMix.mix(imageSeed)).nextDouble();
    return draw < jpegShare ? JPEG : PNG;
  }

  /** The file name's ending, without the dot. */
  String extension() {
    return this == PNG ? "png" : "jpg";
  }

  byte[] encode(BufferedImage image) {
    ImageWriter writer = writer();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 14);
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      if (this == JPEG) {
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(JPEG_QUALITY);
      }
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** The JDK's own writer: plug-ins on the class path must not change the bytes. */
  private ImageWriter writer() {
    Iterator<ImageWriter> writers =
        ImageIO.getImageWritersByFormatName(name().toLowerCase(Locale.ROOT));
    while (writers.hasNext()) {
      ImageWriter writer = writers.next();
      if (writer.getClass().getName().startsWith("com.sun.")) {
        return writer;
      }
    }
    throw new IllegalStateException("Cannot write " + this + ": the JDK's writer is missing");
  }
}
