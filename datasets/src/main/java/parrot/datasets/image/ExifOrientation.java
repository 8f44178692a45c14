package parrot.datasets.image;

import java.util.OptionalInt;

/**
 * The orientation in the EXIF data of a JPEG, PNG or WebP file, and images turned by it as Pillow's
 * {@code exif_transpose} does. Data that is damaged says nothing, as a viewer would have it.
 */
final class ExifOrientation {
  private static final int UPRIGHT = 1;
  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final int ENTRY = 12;

  private ExifOrientation() {}

  /** Turns an image as its file says. */
  static RgbImage apply(RgbImage image, byte[] file) {
    return turned(image, of(file));
  }

  /** From 1, upright, to 8. */
  static int of(byte[] file) {
    ImageBytes bytes = new ImageBytes(file);
    try {
      OptionalInt tiff =
          switch (ImageFormat.of(file)) {
            case JPEG -> inJpeg(bytes);
            case PNG -> inChunks(bytes, 8, "eXIf", false);
            case WEBP -> inChunks(bytes, 12, "EXIF", true);
            case GIF, BMP -> OptionalInt.empty();
            case TIFF -> OptionalInt.empty(); // its decoder has turned it
          };
      return tiff.isPresent() ? ofTiff(bytes, tiff.getAsInt()) : UPRIGHT;
    } catch (UnusableImageException e) {
      return UPRIGHT; // the data leads beyond the end of the file
    }
  }

  /** Where the TIFF header is in an APP1 segment. */
  private static OptionalInt inJpeg(ImageBytes bytes) {
    int at = 2;
    while (at + 4 < bytes.length()) {
      int marker = bytes.u8(at + 1);
      if (bytes.u8(at) != 0xff || marker == 0xff) {
        at++;
        continue;
      }
      if (marker == 0xda || marker == 0xd9) {
        return OptionalInt.empty();
      }
      if (marker == 0xe1 && bytes.name(at + 4).equals("Exif")) {
        return OptionalInt.of(at + 10);
      }
      boolean bare = marker <= 0x01 || marker >= 0xd0 && marker <= 0xd8;
      at += bare ? 2 : 2 + bytes.big16(at + 2);
    }
    return OptionalInt.empty();
  }

  /**
   * Where the TIFF header is in a chunk.
   *
   * @param even whether chunks begin at even places and their name comes first, as in RIFF
   */
  private static OptionalInt inChunks(ImageBytes bytes, int start, String name, boolean even) {
    long at = start;
    while (at + 8 < bytes.length()) {
      int header = (int) at;
      if (bytes.name(even ? header : header + 4).equals(name)) {
        int body = header + 8;
        // Some writers keep the prefix that JPEG needs.
        boolean prefixed = bytes.name(body).equals("Exif");
        return OptionalInt.of(prefixed ? body + 6 : body);
      }
      long length = even ? bytes.little32(header + 4) : bytes.big32(header);
      at += 8 + (even ? length + (length & 1) : length + 4);
    }
    return OptionalInt.empty();
  }

  private static int ofTiff(ImageBytes bytes, int tiff) {
    boolean little = bytes.name(tiff).startsWith("II");
    if (!little && !bytes.name(tiff).startsWith("MM")) {
      return UPRIGHT;
    }
    long directory = tiff + (little ? bytes.little32(tiff + 4) : bytes.big32(tiff + 4));
    bytes.require(directory, 2);
    int entries = u16(bytes, (int) directory, little);
    for (int i = 0; i < entries; i++) {
      int entry = (int) directory + 2 + i * ENTRY;
      if (u16(bytes, entry, little) == TAG && u16(bytes, entry + 2, little) == SHORT) {
        int orientation = u16(bytes, entry + 8, little);
        return orientation >= UPRIGHT && orientation <= 8 ? orientation : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  private static int u16(ImageBytes bytes, int at, boolean little) {
    return little ? bytes.little16(at) : bytes.big16(at);
  }

  /**
   * @param orientation from 1 to 8; others turn nothing
   */
  static RgbImage turned(RgbImage image, int orientation) {
    if (orientation <= UPRIGHT || orientation > 8) {
      return image;
    }
    boolean swapped = orientation >= 5; // rows become columns
    boolean fromRight = orientation == 2 || orientation == 3 || orientation >= 7;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation >= 6 && orientation < 8;
    int width = swapped ? image.height() : image.width();
    int height = swapped ? image.width() : image.height();
    byte[] rgb = new byte[image.rgb().length];
    int target = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = swapped ? y : x;
        int row = swapped ? x : y;
        column = fromRight ? image.width() - 1 - column : column;
        row = fromBottom ? image.height() - 1 - row : row;
        int source = 3 * (row * image.width() + column);
        rgb[target++] = image.rgb()[source];
        rgb[target++] = image.rgb()[source + 1];
        rgb[target++] = image.rgb()[source + 2];
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
