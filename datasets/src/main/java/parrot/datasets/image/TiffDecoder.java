package parrot.datasets.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.util.Arrays;
import java.util.Set;

/**
 * The first image of a TIFF file: grey of 1, 8 or 16 bits, palettes, and colour of 8 bits with or
 * without alpha, in packings without loss. As Pillow does, it is always turned by its orientation.
 */
final class TiffDecoder {
  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;

  /** None, the three of faxes, LZW, deflate under both its numbers, and PackBits. */
  private static final Set<Long> LOSSLESS = Set.of(1L, 2L, 3L, 4L, 5L, 8L, 32946L, 32773L);

  private static final int PREMULTIPLIED = 1;

  private final byte[] file;
  private final TiffDirectory directory;
  private final ImageRules.DeepGrey deepGrey;
  private final int width;
  private final int height;
  private final int kind;
  private final int bits;

  TiffDecoder(byte[] file, ImageLimits limits, ImageRules.DeepGrey deepGrey) {
    this.file = file;
    this.directory = new TiffDirectory(new ImageBytes(file));
    this.deepGrey = deepGrey;
    long columns = directory.get(TiffDirectory.WIDTH, 0);
    long rows = directory.get(TiffDirectory.HEIGHT, 0);
    limits.check(columns, rows);
    requirePlausible(limits);
    this.width = (int) columns;
    this.height = (int) rows;
    this.kind = (int) directory.get(TiffDirectory.PHOTOMETRIC, -1);
    this.bits = (int) directory.get(TiffDirectory.BITS, 1);
  }

  /** Else a small file makes a reader reserve memory without bounds. */
  private void requirePlausible(ImageLimits limits) {
    for (int tag : new int[] {TiffDirectory.STRIP_BYTES, TiffDirectory.TILE_BYTES}) {
      if (Arrays.stream(directory.all(tag)).anyMatch(count -> count > file.length)) {
        throw UnusableImageException.truncated(file.length);
      }
    }
    limits.check(
        directory.get(TiffDirectory.TILE_WIDTH, 1), directory.get(TiffDirectory.TILE_HEIGHT, 1));
  }

  RgbImage decode() {
    requireKnown();
    BufferedImage image = ImageIoDecoder.tiff(file);
    if (image.getWidth() != width || image.getHeight() != height) {
      throw UnusableImageException.unreadable("its pixels contradict its header");
    }
    Raster raster = image.getRaster();
    byte[] rgb = new byte[3 * width * height];
    long[] colours = directory.all(TiffDirectory.COLOURS);
    int[] row = new int[width * raster.getNumBands()];
    int target = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = x * raster.getNumBands();
        for (int channel = 0; channel < 3; channel++) {
          rgb[target++] = (byte) value(row, at, channel, colours);
        }
      }
    }
    int orientation = (int) directory.get(TiffDirectory.ORIENTATION, 1);
    return ExifOrientation.turned(new RgbImage(width, height, rgb), orientation);
  }

  private int value(int[] row, int at, int channel, long[] colours) {
    return switch (kind) {
      case RGB -> row[at + channel];
      // All reds come first; 16 bits each, of which Pillow takes the high byte.
      case PALETTE -> (int) (colours[(channel << bits) + row[at]] >> 8);
      default -> grey(row[at]); // the reader has turned white that is zero
    };
  }

  private int grey(int sample) {
    return switch (bits) {
      case 1 -> sample == 0 ? 0 : 255;
      case 8 -> sample;
      default -> deepGrey == ImageRules.DeepGrey.CLIP ? Math.min(sample, 255) : sample >> 8;
    };
  }

  private void requireKnown() {
    long samples = directory.get(TiffDirectory.SAMPLES, 1);
    boolean sameBits =
        Arrays.stream(directory.all(TiffDirectory.BITS)).allMatch(count -> count == bits);
    boolean known =
        switch (kind) {
          case WHITE_IS_ZERO -> samples == 1 && (bits == 1 || bits == 8);
          case BLACK_IS_ZERO ->
              samples == 1 && (bits == 1 || bits == 16) || samples <= 2 && bits == 8;
          case RGB -> (samples == 3 || samples == 4) && bits == 8;
          case PALETTE -> samples == 1 && bits == 8 && hasColours();
          default -> false;
        };
    boolean plain =
        directory.get(TiffDirectory.SAMPLE_FORMAT, 1) == 1
            && directory.get(TiffDirectory.PLANES, 1) == 1
            && directory.get(TiffDirectory.EXTRA_SAMPLES, 0) != PREMULTIPLIED;
    long packing = directory.get(TiffDirectory.COMPRESSION, 1);
    if (!known || !sameBits || !plain || !LOSSLESS.contains(packing)) {
      throw UnusableImageException.unsupported(
          "a TIFF of this kind is not decoded (kind %d, %d samples of %d bits, packing %d)"
              .formatted(kind, samples, bits, packing));
    }
  }

  private boolean hasColours() {
    return directory.all(TiffDirectory.COLOURS).length == 3 << bits;
  }
}
