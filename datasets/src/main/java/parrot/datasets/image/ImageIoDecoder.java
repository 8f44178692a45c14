package parrot.datasets.image;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The formats whose pixels the JDK's own ImageIO readers decode. Streams stay in memory. */
final class ImageIoDecoder {
  private ImageIoDecoder() {}

  /** Raw components of a JPEG that holds no metadata. */
  static Raster jpegComponents(byte[] stripped, int fileLength) {
    ImageReader reader = builtIn("jpeg");
    AtomicBoolean premature = new AtomicBoolean();
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (warning.toLowerCase(Locale.ROOT).contains("premature end")) {
            premature.set(true);
          }
        });
    Raster raster = read(reader, stripped, r -> r.readRaster(0, null));
    if (premature.get()) {
      throw UnusableImageException.truncated(fileLength);
    }
    return raster;
  }

  static RgbImage bmp(byte[] file, ImageLimits limits) {
    ImageBytes bytes = new ImageBytes(file);
    boolean core = bytes.little32(14) == 12;
    long width = core ? bytes.little16(18) : (int) bytes.little32(18);
    long height =
        core ? bytes.little16(20) : Math.abs((int) bytes.little32(22)); // negative: top row first
    limits.check(width, height);
    BufferedImage image = read(builtIn("bmp"), file, r -> r.read(0));
    // Of a grey palette the reader makes a linear grey, whose colour model would change the values.
    return image.getColorModel() instanceof ComponentColorModel ? samples(image) : colours(image);
  }

  /** The first image as stored, or as near to it as the reader's image types are. */
  static BufferedImage tiff(byte[] file) {
    return read(builtIn("tiff"), file, r -> r.read(0));
  }

  private interface Reading<T> {
    T from(ImageReader reader) throws IOException;
  }

  private static <T> T read(ImageReader reader, byte[] file, Reading<T> reading) {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(stream, true, true);
      return reading.from(reader);
    } catch (EOFException e) {
      throw UnusableImageException.truncated(file.length).causedBy(e);
    } catch (IOException e) {
      if (e.getCause() instanceof EOFException) {
        throw UnusableImageException.truncated(file.length).causedBy(e);
      }
      String why = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
      throw UnusableImageException.unreadable("its pixels cannot be decoded" + why).causedBy(e);
    } catch (RuntimeException e) {
      // Readers leave bounds and arguments unchecked on damaged files.
      throw UnusableImageException.unreadable("its pixels cannot be decoded").causedBy(e);
    } finally {
      reader.dispose();
    }
  }

  /** The JDK's own reader, whatever plugins are registered besides. */
  private static ImageReader builtIn(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith("com.sun.imageio.")) {
        return reader;
      }
      reader.dispose();
    }
    throw new IllegalStateException(
        "Cannot decode "
            + format
            + " images: this Java has no reader for them (use one with the module java.desktop)");
  }

  /** Through the colour model, which for BMP is a palette or sRGB in some packing. */
  private static RgbImage colours(BufferedImage image) {
    int width = image.getWidth();
    byte[] rgb = new byte[3 * width * image.getHeight()];
    int[] row = new int[width];
    int target = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int colour : row) {
        rgb[target++] = (byte) (colour >> 16);
        rgb[target++] = (byte) (colour >> 8);
        rgb[target++] = (byte) colour;
      }
    }
    return new RgbImage(width, image.getHeight(), rgb);
  }

  /** The samples as stored: grey, or red, green, blue and perhaps more. */
  private static RgbImage samples(BufferedImage image) {
    int width = image.getWidth();
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    byte[] rgb = new byte[3 * width * image.getHeight()];
    int[] row = new int[width * bands];
    int target = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int source = x * bands;
        rgb[target++] = (byte) row[source];
        rgb[target++] = (byte) row[bands < 3 ? source : source + 1];
        rgb[target++] = (byte) row[bands < 3 ? source : source + 2];
      }
    }
    return new RgbImage(width, image.getHeight(), rgb);
  }
}
