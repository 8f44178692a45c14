package parrot.datasets.image.webp;

import java.io.EOFException;

/** What stands before the macroblocks of a VP8 key frame (RFC 6386, section 9). */
final class Vp8Header {
  private static final int SEGMENTS = 4;

  final int width;
  final int height;

  /** The first partition, after the header: the modes of the macroblocks. */
  final Vp8Bits bits;

  /** The coefficients; a row of macroblocks uses the partition of its number modulo their count. */
  final Vp8Bits[] partitions;

  final boolean segmented;
  final boolean segmentMap;
  final int[] segmentProbabilities = {255, 255, 255};
  final boolean simpleFilter;
  final int filterLevel;
  final int sharpness;

  /** Probability that a macroblock has coefficients; -1 if macroblocks do not say. */
  final int skipProbability;

  final int[] tokens = Vp8Constants.TOKENS.clone();

  /** Quantizers by segment: luma, luma of DCs, chroma, each first and others. */
  final int[][] quantizers = new int[SEGMENTS][6];

  /** Levels of the loop filter by segment, for whole macroblocks and for those of 4 x 4 blocks. */
  final int[][] filterLevels = new int[SEGMENTS][2];

  /** Reads the header of the key frame in {@code data[start, end)}. */
  Vp8Header(byte[] data, int start, int end) throws EOFException {
    int tag = little(data, start, 3);
    width = little(data, start + 6, 2) & 0x3fff;
    height = little(data, start + 8, 2) & 0x3fff;
    int first = start + 10;
    int behind = first + (tag >> 5);
    requireWithin(behind, end);
    bits = new Vp8Bits(data, first, behind);
    bits.number(2); // colour space and clamping, which decoders do anyway
    int[] segmentQuantizer = new int[SEGMENTS];
    int[] segmentLevel = new int[SEGMENTS];
    boolean absolute = false;
    boolean map = false;
    segmented = bits.flag();
    if (segmented) {
      map = bits.flag();
      if (bits.flag()) {
        absolute = bits.flag();
        for (int i = 0; i < SEGMENTS; i++) {
          segmentQuantizer[i] = bits.optional(7);
        }
        for (int i = 0; i < SEGMENTS; i++) {
          segmentLevel[i] = bits.optional(6);
        }
      }
      for (int i = 0; map && i < 3; i++) {
        segmentProbabilities[i] = bits.flag() ? bits.number(8) : 255;
      }
    }
    segmentMap = map;
    simpleFilter = bits.flag();
    filterLevel = bits.number(6);
    sharpness = bits.number(3);
    int[] deltas = new int[8]; // by reference frame, then by mode
    boolean adjusted = bits.flag();
    if (adjusted && bits.flag()) {
      for (int i = 0; i < deltas.length; i++) {
        deltas[i] = bits.optional(6);
      }
    }
    partitions = partitions(data, behind, end, 1 << bits.number(2));
    readQuantizers(absolute, segmentQuantizer);
    bits.flag(); // whether later frames keep the probabilities: there are none
    for (int i = 0; i < tokens.length; i++) {
      if (bits.bit(Vp8Constants.UPDATES[i]) != 0) {
        tokens[i] = bits.number(8);
      }
    }
    skipProbability = bits.flag() ? bits.number(8) : -1;
    for (int i = 0; i < SEGMENTS; i++) {
      int level = segmented ? segmentLevel[i] + (absolute ? 0 : filterLevel) : filterLevel;
      int whole = level + (adjusted ? deltas[0] : 0);
      filterLevels[i][0] = Math.max(0, Math.min(63, whole));
      filterLevels[i][1] = Math.max(0, Math.min(63, whole + (adjusted ? deltas[4] : 0)));
    }
  }

  private static Vp8Bits[] partitions(byte[] data, int start, int end, int count)
      throws EOFException {
    Vp8Bits[] partitions = new Vp8Bits[count];
    int at = start + 3 * (count - 1);
    for (int i = 0; i < count; i++) {
      requireWithin(at, end);
      int length = i < count - 1 ? little(data, start + 3 * i, 3) : end - at;
      int behind = Math.min(end, at + length);
      partitions[i] = new Vp8Bits(data, at, behind);
      at = behind;
    }
    return partitions;
  }

  private static int little(byte[] data, int at, int bytes) throws EOFException {
    requireWithin(at + bytes, data.length);
    int value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | data[at + i] & 255;
    }
    return value;
  }

  private static void requireWithin(int at, int end) throws EOFException {
    if (at > end) {
      throw new EOFException("the frame breaks off");
    }
  }

  private void readQuantizers(boolean absolute, int[] segmentQuantizer) {
    int base = bits.number(7);
    int luma = bits.optional(4);
    int lumaOfDcs = bits.optional(4);
    int lumaOfDcsOthers = bits.optional(4);
    int chroma = bits.optional(4);
    int chromaOthers = bits.optional(4);
    for (int i = 0; i < SEGMENTS; i++) {
      int index = segmented ? segmentQuantizer[i] + (absolute ? 0 : base) : base;
      quantizers[i][0] = Vp8Constants.DC[index(index + luma, 127)];
      quantizers[i][1] = Vp8Constants.AC[index(index, 127)];
      quantizers[i][2] = 2 * Vp8Constants.DC[index(index + lumaOfDcs, 127)];
      quantizers[i][3] =
          Math.max(8, Vp8Constants.AC[index(index + lumaOfDcsOthers, 127)] * 155 / 100);
      quantizers[i][4] = Vp8Constants.DC[index(index + chroma, 117)];
      quantizers[i][5] = Vp8Constants.AC[index(index + chromaOthers, 127)];
    }
  }

  private static int index(int index, int largest) {
    return Math.max(0, Math.min(largest, index));
  }
}
