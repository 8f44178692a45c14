package parrot.datasets.image;

import java.util.HashMap;
import java.util.Map;

/** The numbers of a TIFF file's first directory, which describes its first image. */
final class TiffDirectory {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int STRIP_BYTES = 279;
  static final int PLANES = 284;
  static final int COLOURS = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  static final int TILE_BYTES = 325;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;

  private static final int ENTRY = 12;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private final ImageBytes bytes;
  private final boolean little;
  private final Map<Integer, Integer> entries = new HashMap<>();

  /**
   * @throws UnusableImageException if the file ends before the directory does
   */
  TiffDirectory(ImageBytes bytes) {
    this.bytes = bytes;
    this.little = bytes.name(0).startsWith("II");
    long directory = u32(4);
    bytes.require(directory, 2);
    int count = u16((int) directory);
    bytes.require(directory + 2, (long) count * ENTRY);
    for (int i = 0; i < count; i++) {
      int entry = (int) directory + 2 + i * ENTRY;
      int type = u16(entry + 2);
      if (type == SHORT || type == LONG) {
        entries.put(u16(entry), entry);
      }
    }
  }

  /** The first number of a field, or {@code absent}. */
  long get(int tag, long absent) {
    long[] values = all(tag);
    return values.length == 0 ? absent : values[0];
  }

  /** All numbers of a field; none if it is absent. */
  long[] all(int tag) {
    Integer entry = entries.get(tag);
    if (entry == null) {
      return new long[0];
    }
    int size = u16(entry + 2) == SHORT ? 2 : 4;
    long count = u32(entry + 4);
    long at = count * size <= 4 ? entry + 8 : u32(entry + 8);
    bytes.require(at, count * size);
    long[] values = new long[(int) count];
    for (int i = 0; i < values.length; i++) {
      int place = (int) at + i * size;
      values[i] = size == 2 ? u16(place) : u32(place);
    }
    return values;
  }

  private int u16(int at) {
    return little ? bytes.little16(at) : bytes.big16(at);
  }

  private long u32(int at) {
    return little ? bytes.little32(at) : bytes.big32(at);
  }
}
