package parrot.datasets.image;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * PNG of every colour type, depth and interlacing (W3C PNG, second edition). Written here because
 * samples are wanted as stored: ImageIO converts grey through a linear colour space, and refuses
 * images for damage in chunks that do not matter.
 */
final class PngDecoder {
  private static final int[][] WHOLE = {{0, 0, 1, 1}};

  /** Adam7: first column, first row, column step, row step of each pass. */
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private final byte[] file;
  private final ImageBytes bytes;
  private final ImageLimits limits;
  private final ImageRules.DeepGrey deepGrey;
  private final List<int[]> data = new ArrayList<>(); // offset and length of each IDAT chunk
  private final byte[] palette = new byte[256 * 3]; // colours left out are black
  private int width;
  private int height;
  private int depth;
  private int colourType;
  private boolean interlaced;
  private boolean hasPalette;
  private boolean ended;

  PngDecoder(byte[] file, ImageLimits limits, ImageRules.DeepGrey deepGrey) {
    this.file = file;
    this.bytes = new ImageBytes(file);
    this.limits = limits;
    this.deepGrey = deepGrey;
  }

  RgbImage decode() {
    readHeader();
    readChunks();
    byte[] rgb = new byte[3 * width * height];
    Inflater inflater = new Inflater();
    try {
      readPixels(inflater, rgb);
    } catch (DataFormatException e) {
      throw UnusableImageException.unreadable(
              "its compressed pixels are damaged (" + e.getMessage() + ")")
          .causedBy(e);
    } finally {
      inflater.end();
    }
    return new RgbImage(width, height, rgb);
  }

  private void readHeader() {
    if (bytes.big32(8) != 13 || !bytes.name(12).equals("IHDR")) {
      throw UnusableImageException.unreadable("its PNG header is missing");
    }
    checkCrc(8, 13);
    long wide = bytes.big32(16);
    long high = bytes.big32(20);
    depth = bytes.u8(24);
    colourType = bytes.u8(25);
    int interlace = bytes.u8(28);
    boolean known =
        switch (colourType) {
          case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
          case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
          case 2, 4, 6 -> depth == 8 || depth == 16;
          default -> false;
        };
    if (!known || bytes.u8(26) != 0 || bytes.u8(27) != 0 || interlace > 1) {
      throw UnusableImageException.unreadable(
          "its PNG header is invalid (colour type %d, depth %d)".formatted(colourType, depth));
    }
    limits.check(wide, high);
    width = (int) wide;
    height = (int) high;
    interlaced = interlace == 1;
  }

  private void readChunks() {
    int at = 33;
    while (!ended && at + 8 <= file.length) {
      long length = bytes.big32(at);
      String name = bytes.name(at + 4);
      int body = at + 8;
      int present = (int) Math.min(length, file.length - body);
      switch (name) {
        case "IDAT" -> data.add(new int[] {body, present});
        case "PLTE" -> readPalette(at, length);
        case "IEND" -> ended = true;
        default -> {}
      }
      if (length > file.length - body) {
        break;
      }
      at = body + present + 4;
    }
    if (colourType == 3 && !hasPalette) {
      throw ended
          ? UnusableImageException.unreadable("it has no palette")
          : UnusableImageException.truncated(file.length);
    }
    if (data.isEmpty()) {
      throw ended
          ? UnusableImageException.unreadable("it has no pixels")
          : UnusableImageException.truncated(file.length);
    }
  }

  private void readPalette(int at, long length) {
    bytes.require(at, length + 12);
    checkCrc(at, (int) length);
    if (length % 3 != 0 || length > palette.length) {
      throw UnusableImageException.unreadable("its palette has " + length + " bytes");
    }
    System.arraycopy(file, at + 8, palette, 0, (int) length);
    hasPalette = true;
  }

  private void checkCrc(int at, int length) {
    bytes.require(at, length + 12L);
    CRC32 crc = new CRC32();
    crc.update(file, at + 4, length + 4);
    if (crc.getValue() != bytes.big32(at + 8 + length)) {
      throw UnusableImageException.unreadable(
          "its " + bytes.name(at + 4) + " chunk has a wrong checksum");
    }
  }

  private void readPixels(Inflater inflater, byte[] rgb) throws DataFormatException {
    int bits =
        depth
            * switch (colourType) {
              case 2 -> 3;
              case 4 -> 2;
              case 6 -> 4;
              default -> 1;
            };
    int stride = Math.max(1, bits / 8); // bytes between a sample and the one to its left
    int chunk = 0;
    for (int[] pass : interlaced ? ADAM7 : WHOLE) {
      int columns = (width - pass[0] + pass[2] - 1) / pass[2];
      int rows = (height - pass[1] + pass[3] - 1) / pass[3];
      if (columns <= 0 || rows <= 0) {
        continue;
      }
      int rowBytes = (int) (((long) columns * bits + 7) / 8);
      byte[] row = new byte[rowBytes + 1];
      byte[] above = new byte[rowBytes + 1];
      for (int y = 0; y < rows; y++) {
        chunk = inflate(inflater, row, chunk);
        unfilter(row, above, stride);
        int target = 3 * ((pass[1] + y * pass[3]) * width + pass[0]);
        unpack(row, columns, rgb, target, 3 * pass[2]);
        byte[] swap = above;
        above = row;
        row = swap;
      }
    }
  }

  /** Fills a row; returns the number of chunks that were handed to the inflater. */
  private int inflate(Inflater inflater, byte[] row, int chunk) throws DataFormatException {
    int filled = 0;
    int next = chunk;
    while (filled < row.length) {
      int count = inflater.inflate(row, filled, row.length - filled);
      filled += count;
      if (count > 0) {
        continue;
      }
      if (inflater.needsInput() && next < data.size()) {
        int[] piece = data.get(next++);
        inflater.setInput(file, piece[0], piece[1]);
      } else if (ended) {
        throw UnusableImageException.unreadable("it has fewer pixels than its header says");
      } else {
        throw UnusableImageException.truncated(file.length);
      }
    }
    return next;
  }

  private static void unfilter(byte[] row, byte[] above, int stride) {
    int length = row.length;
    switch (row[0]) {
      case 0 -> {}
      case 1 -> {
        for (int i = 1 + stride; i < length; i++) {
          row[i] += row[i - stride];
        }
      }
      case 2 -> {
        for (int i = 1; i < length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = 1; i < length; i++) {
          int left = i > stride ? row[i - stride] & 255 : 0;
          row[i] += (byte) ((left + (above[i] & 255)) >> 1);
        }
      }
      case 4 -> {
        for (int i = 1; i < length; i++) {
          int left = i > stride ? row[i - stride] & 255 : 0;
          int corner = i > stride ? above[i - stride] & 255 : 0;
          row[i] += (byte) paeth(left, above[i] & 255, corner);
        }
      }
      default ->
          throw UnusableImageException.unreadable(
              "one of its rows has the unknown filter " + (row[0] & 255));
    }
  }

  private static int paeth(int left, int above, int corner) {
    int toLeft = Math.abs(above - corner);
    int toAbove = Math.abs(left - corner);
    int toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) {
      return left;
    }
    return toAbove <= toCorner ? above : corner;
  }

  private void unpack(byte[] row, int columns, byte[] rgb, int start, int step) {
    int wide = depth / 8; // bytes of a sample of whole bytes
    int target = start;
    for (int x = 0; x < columns; x++, target += step) {
      switch (colourType) {
        case 0 -> {
          byte grey = (byte) grey(row, x);
          rgb[target] = grey;
          rgb[target + 1] = grey;
          rgb[target + 2] = grey;
        }
        case 3 -> {
          int colour = 3 * sample(row, x);
          rgb[target] = palette[colour];
          rgb[target + 1] = palette[colour + 1];
          rgb[target + 2] = palette[colour + 2];
        }
        case 4 -> {
          byte grey = row[1 + 2 * x * wide];
          rgb[target] = grey;
          rgb[target + 1] = grey;
          rgb[target + 2] = grey;
        }
        default -> {
          int source = 1 + x * wide * (colourType == 2 ? 3 : 4);
          rgb[target] = row[source];
          rgb[target + 1] = row[source + wide];
          rgb[target + 2] = row[source + 2 * wide];
        }
      }
    }
  }

  private int grey(byte[] row, int x) {
    return switch (depth) {
      case 16 -> deepGrey(row[1 + 2 * x], row[2 + 2 * x]);
      case 8 -> row[1 + x];
      default -> sample(row, x) * (255 / ((1 << depth) - 1));
    };
  }

  private int deepGrey(byte high, byte low) {
    return switch (deepGrey) {
      case CLIP -> high != 0 ? 255 : low;
      case SCALE -> high;
    };
  }

  /** A sample of at most eight bits; the leftmost is in the high bits of its byte. */
  private int sample(byte[] row, int x) {
    int bit = x * depth;
    return (row[1 + (bit >> 3)] & 255) >> (8 - depth - (bit & 7)) & ((1 << depth) - 1);
  }
}
