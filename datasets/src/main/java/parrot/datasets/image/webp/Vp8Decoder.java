package parrot.datasets.image.webp;

import java.io.EOFException;
import java.util.Arrays;

/**
 * Decodes a VP8 key frame, which is a lossy WebP image (RFC 6386). Pillow's decoder, libwebp,
 * predicts from unfiltered samples, as the format demands, and smooths the chroma. ImageIO's plugin
 * does neither, and its pixels drift; hence this decoder.
 */
public final class Vp8Decoder {
  /** Mode of a macroblock that predicts each 4 x 4 block by itself. */
  private static final int BLOCK_MODES = 4;

  private static final int[][] BLOCK_TREE = {
    // leaves negative, less one: DC, true motion, vertical, then the branches of the others
    {-1, 1}, {-2, 2}, {-3, 3}, {4, 6}, {-4, 5}, {-6, -7}, {-5, 7}, {-8, 8}, {-9, -10}
  };

  private final Vp8Header header;
  private final int columns; // macroblocks in a row
  private final int rows;
  private final Vp8Plane luma;
  private final Vp8Plane blue;
  private final Vp8Plane red;
  private final int[] modesAbove; // [4 columns]: of the 4 x 4 blocks above
  private final int[] modesLeft = new int[4];
  private final int[] nonzeroAbove; // [columns, 9]: 4 luma, 2 blue, 2 red, luma of DCs
  private final int[] nonzeroLeft = new int[9];
  private final int[] coefficients = new int[25 * 16];
  private final int[] edge = new int[13];
  private final byte[] filterLevels; // of each macroblock, for the loop filter
  private final boolean[] filterInside;

  private final int[] blockModes = new int[16];
  private int mode;
  private int chromaMode;
  private int segment;

  private Vp8Decoder(Vp8Header header) {
    this.header = header;
    columns = (header.width + 15) / 16;
    rows = (header.height + 15) / 16;
    luma = new Vp8Plane(16 * columns, 16 * rows);
    blue = new Vp8Plane(8 * columns, 8 * rows);
    red = new Vp8Plane(8 * columns, 8 * rows);
    modesAbove = new int[4 * columns];
    nonzeroAbove = new int[9 * columns];
    filterLevels = new byte[columns * rows];
    filterInside = new boolean[columns * rows];
  }

  /**
   * Decodes the key frame in {@code data[start, end)}.
   *
   * @return uint8 [height, width, 3], row by row from the top
   * @throws EOFException if the data ends before the frame's header does
   */
  public static byte[] decode(byte[] data, int start, int end) throws EOFException {
    Vp8Header header = new Vp8Header(data, start, end);
    Vp8Decoder decoder = new Vp8Decoder(header);
    decoder.decodeMacroblocks();
    if (header.filterLevel > 0) {
      new Vp8LoopFilter(header, decoder.luma, decoder.blue, decoder.red)
          .filter(decoder.columns, decoder.rows, decoder.filterLevels, decoder.filterInside);
    }
    return Vp8Colours.rgb(header.width, header.height, decoder.luma, decoder.blue, decoder.red);
  }

  private void decodeMacroblocks() {
    for (int y = 0; y < rows; y++) {
      Vp8Bits tokens = header.partitions[y & (header.partitions.length - 1)];
      Arrays.fill(modesLeft, 0);
      Arrays.fill(nonzeroLeft, 0);
      for (int x = 0; x < columns; x++) {
        boolean skipped = readModes(x);
        Arrays.fill(coefficients, 0);
        boolean empty = true;
        if (skipped) {
          clearContext(x);
        } else {
          empty = !readCoefficients(tokens, x);
        }
        reconstruct(x, y, empty);
        int place = y * columns + x;
        filterLevels[place] = (byte) header.filterLevels[segment][mode == BLOCK_MODES ? 1 : 0];
        filterInside[place] = !empty || mode == BLOCK_MODES;
      }
    }
  }

  /** Reads how a macroblock is predicted; returns whether it has no coefficients. */
  private boolean readModes(int x) {
    Vp8Bits bits = header.bits;
    if (header.segmentMap) {
      int[] p = header.segmentProbabilities;
      segment = bits.bit(p[0]) == 0 ? bits.bit(p[1]) : 2 + bits.bit(p[2]);
    }
    boolean skipped = header.skipProbability >= 0 && bits.bit(header.skipProbability) != 0;
    if (bits.bit(145) == 0) {
      mode = BLOCK_MODES;
      for (int block = 0; block < 16; block++) {
        int above = 4 * x + block % 4;
        int left = block / 4;
        int found = blockMode(bits, 9 * (10 * modesAbove[above] + modesLeft[left]));
        modesAbove[above] = found;
        modesLeft[left] = found;
        blockModes[block] = found;
      }
    } else {
      if (bits.bit(156) == 0) {
        mode = bits.bit(163) == 0 ? Vp8Prediction.DC : Vp8Prediction.VERTICAL;
      } else {
        mode = bits.bit(128) == 0 ? Vp8Prediction.HORIZONTAL : Vp8Prediction.TRUE_MOTION;
      }
      Arrays.fill(modesAbove, 4 * x, 4 * x + 4, mode);
      Arrays.fill(modesLeft, mode);
    }
    if (bits.bit(142) == 0) {
      chromaMode = Vp8Prediction.DC;
    } else if (bits.bit(114) == 0) {
      chromaMode = Vp8Prediction.VERTICAL;
    } else {
      chromaMode = bits.bit(183) == 0 ? Vp8Prediction.HORIZONTAL : Vp8Prediction.TRUE_MOTION;
    }
    return skipped;
  }

  private static int blockMode(Vp8Bits bits, int probabilities) {
    int node = 0;
    do {
      node = BLOCK_TREE[node][bits.bit(Vp8Constants.MODES[probabilities + node])];
    } while (node > 0);
    return -node - 1;
  }

  /**
   * A macroblock without coefficients; what it knows of the luma of DCs passes through one that has
   * none.
   */
  private void clearContext(int x) {
    int kept = mode == BLOCK_MODES ? 8 : 9;
    Arrays.fill(nonzeroAbove, 9 * x, 9 * x + kept, 0);
    Arrays.fill(nonzeroLeft, 0, kept, 0);
  }

  /** Reads the coefficients of a macroblock; returns whether any is not zero. */
  private boolean readCoefficients(Vp8Bits bits, int x) {
    int[] quantizers = header.quantizers[segment];
    int above = 9 * x;
    int first = 0;
    int type = 3;
    boolean any = false;
    if (mode != BLOCK_MODES) {
      int context = nonzeroAbove[above + 8] + nonzeroLeft[8];
      int count = block(bits, 1, context, 0, 24, quantizers[2], quantizers[3]);
      int seen = count > 0 ? 1 : 0;
      nonzeroAbove[above + 8] = seen;
      nonzeroLeft[8] = seen;
      if (seen != 0) {
        spreadDcs();
      }
      first = 1;
      type = 0;
    }
    for (int i = 0; i < 16; i++) {
      any |= block(bits, type, above + i % 4, i / 4, first, i, quantizers[0], quantizers[1]);
    }
    for (int i = 0; i < 8; i++) {
      int plane = 4 + 2 * (i / 4); // place of its contexts
      any |=
          block(
              bits,
              2,
              above + plane + i % 2,
              plane + i % 4 / 2,
              0,
              16 + i,
              quantizers[4],
              quantizers[5]);
    }
    return any;
  }

  /** Reads a block in the context of its neighbours; returns whether it has more than zeros. */
  private boolean block(
      Vp8Bits bits, int type, int above, int left, int first, int block, int dc, int ac) {
    int count = block(bits, type, nonzeroAbove[above] + nonzeroLeft[left], first, block, dc, ac);
    int seen = count > first ? 1 : 0;
    nonzeroAbove[above] = seen;
    nonzeroLeft[left] = seen;
    return count > 1 || coefficients[16 * block] != 0;
  }

  /** Reads a block; returns the place after its last coefficient. */
  private int block(Vp8Bits bits, int type, int context, int first, int block, int dc, int ac) {
    int[] tokens = header.tokens;
    int place = first;
    int p = probabilities(type, place, context);
    while (place < 16) {
      if (bits.bit(tokens[p]) == 0) {
        return place;
      }
      while (bits.bit(tokens[p + 1]) == 0) {
        place++;
        if (place == 16) {
          return 16;
        }
        p = probabilities(type, place, 0);
      }
      int value = 1;
      int next = 1;
      if (bits.bit(tokens[p + 2]) != 0) {
        value = large(bits, p);
        next = 2;
      }
      int signed = bits.flag() ? -value : value;
      coefficients[16 * block + Vp8Constants.ZIGZAG[place]] = signed * (place > 0 ? ac : dc);
      place++;
      p = probabilities(type, place, next);
    }
    return 16;
  }

  private static int probabilities(int type, int place, int context) {
    return 11 * (3 * (8 * type + Vp8Constants.BANDS[place]) + context);
  }

  private int large(Vp8Bits bits, int p) {
    int[] tokens = header.tokens;
    if (bits.bit(tokens[p + 3]) == 0) {
      return bits.bit(tokens[p + 4]) == 0 ? 2 : 3 + bits.bit(tokens[p + 5]);
    }
    if (bits.bit(tokens[p + 6]) == 0) {
      if (bits.bit(tokens[p + 7]) == 0) {
        return 5 + bits.bit(159);
      }
      int high = bits.bit(165);
      return 7 + 2 * high + bits.bit(145);
    }
    int high = bits.bit(tokens[p + 8]);
    int category = 2 * high + bits.bit(tokens[p + 9 + high]);
    int value = 0;
    for (int probability : Vp8Constants.EXTRA_BITS[category]) {
      value = 2 * value + bits.bit(probability);
    }
    return value + 3 + (8 << category);
  }

  /** The inverse Walsh-Hadamard transform of the DCs of the luma blocks (section 14.3). */
  private void spreadDcs() {
    int from = 24 * 16;
    int[] sums = new int[16];
    for (int i = 0; i < 4; i++) {
      int a = coefficients[from + i] + coefficients[from + 12 + i];
      int b = coefficients[from + 4 + i] + coefficients[from + 8 + i];
      int c = coefficients[from + 4 + i] - coefficients[from + 8 + i];
      int d = coefficients[from + i] - coefficients[from + 12 + i];
      sums[i] = a + b;
      sums[4 + i] = d + c;
      sums[8 + i] = a - b;
      sums[12 + i] = d - c;
    }
    for (int i = 0; i < 4; i++) {
      int dc = sums[4 * i] + 3;
      int a = dc + sums[4 * i + 3];
      int b = sums[4 * i + 1] + sums[4 * i + 2];
      int c = sums[4 * i + 1] - sums[4 * i + 2];
      int d = dc - sums[4 * i + 3];
      coefficients[16 * (4 * i)] = a + b >> 3;
      coefficients[16 * (4 * i + 1)] = d + c >> 3;
      coefficients[16 * (4 * i + 2)] = a - b >> 3;
      coefficients[16 * (4 * i + 3)] = d - c >> 3;
    }
  }

  private void reconstruct(int x, int y, boolean empty) {
    int target = luma.at(16 * x, 16 * y);
    if (mode == BLOCK_MODES) {
      int[] aboveRight = aboveRight(x, y, target);
      for (int block = 0; block < 16; block++) {
        int place = target + 4 * (block / 4) * luma.stride + 4 * (block % 4);
        readEdge(place, block % 4 == 3 ? aboveRight : null);
        Vp8Prediction.block(luma, place, blockModes[block], edge);
        luma.add(coefficients, 16 * block, place);
      }
    } else {
      Vp8Prediction.whole(luma, target, 16, mode, y > 0, x > 0);
      for (int block = 0; !empty && block < 16; block++) {
        luma.add(
            coefficients, 16 * block, target + 4 * (block / 4) * luma.stride + 4 * (block % 4));
      }
    }
    int chroma = blue.at(8 * x, 8 * y);
    Vp8Prediction.whole(blue, chroma, 8, chromaMode, y > 0, x > 0);
    Vp8Prediction.whole(red, chroma, 8, chromaMode, y > 0, x > 0);
    for (int block = 0; !empty && block < 4; block++) {
      int place = chroma + 4 * (block / 2) * blue.stride + 4 * (block % 2);
      blue.add(coefficients, 16 * (16 + block), place);
      red.add(coefficients, 16 * (20 + block), place);
    }
  }

  /**
   * What is above and right of the macroblock stands for all its rows; at the right end the last
   * sample above is repeated.
   */
  private int[] aboveRight(int x, int y, int target) {
    int[] samples = new int[4];
    int above = target - luma.stride + 16;
    for (int i = 0; i < 4; i++) {
      samples[i] = luma.samples[x == columns - 1 && y > 0 ? above - 1 : above + i];
    }
    return samples;
  }

  private void readEdge(int place, int[] aboveRight) {
    int[] samples = luma.samples;
    int above = place - luma.stride;
    for (int i = 0; i < 4; i++) {
      edge[i] = samples[place + (3 - i) * luma.stride - 1];
      edge[5 + i] = samples[above + i];
      edge[9 + i] = aboveRight == null ? samples[above + 4 + i] : aboveRight[i];
    }
    edge[4] = samples[above - 1];
  }
}
