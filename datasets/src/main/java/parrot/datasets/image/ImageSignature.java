package parrot.datasets.image;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What an image looks like, small enough to be compared with those of thousands of others: copies
 * that were encoded or scaled anew look like the original, other images do not.
 *
 * <p>The hash is that of PDQ (Facebook, 2019): of the grey image in {@value #SIDE} x {@value #SIDE}
 * pixels, the 256 lowest frequencies of its discrete cosine transform, each one bit that tells
 * whether it lies above their median. Grey values alone cannot tell a red apple from a green one,
 * so the colours of {@value #CELLS} x {@value #CELLS} cells are compared, too. An image of one
 * colour looks like no other: its frequencies are rounding errors. Immutable.
 */
public final class ImageSignature implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int SIDE = 64;
  private static final int FREQUENCIES = 16;
  private static final int CELLS = 16;

  /** Bits of 256 that may differ. */
  private static final int MOST_BITS = 48;

  /** How far a channel of a cell may differ, of 255. */
  private static final int MOST_COLOUR = 40;

  /** Standard deviation of grey values, of 255, below which the frequencies tell nothing. */
  private static final double FLAT = 2;

  private static final float[][] COSINES = cosines();

  /** Bytes of a signature in {@link #put}. */
  public static final int BYTES = FREQUENCIES * FREQUENCIES / 8 + 3 * CELLS * CELLS + 1;

  /** The lowest of so many frequencies in either direction change least from copy to copy. */
  private static final int STEADY = 10;

  private static final int KEYS = 24;
  private static final int[][] KEY_BITS = keyBits();

  private final long[] hash;
  private final byte[] colours;
  private final boolean flat;

  private ImageSignature(long[] hash, byte[] colours, boolean flat) {
    this.hash = hash;
    this.colours = colours;
    this.flat = flat;
  }

  /** The signature of a decoded image of any size. */
  public static ImageSignature of(RgbImage image) {
    float[] small = shrink(image);
    float[] grey = new float[SIDE * SIDE];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = 0.299f * small[3 * i] + 0.587f * small[3 * i + 1] + 0.114f * small[3 * i + 2];
    }
    return new ImageSignature(hash(grey), colours(small), deviation(grey) < FLAT);
  }

  /** Whether one image is probably a copy of the other that was encoded or scaled anew. */
  public boolean looksLike(ImageSignature other) {
    return !flat
        && !other.flat
        && differentBits(other) <= MOST_BITS
        && colourDistance(other) <= MOST_COLOUR;
  }

  /**
   * Numbers whose leading bits two copies have in common in at least one place of the array, most
   * probably; sorted by one of them, copies lie close together. An image of one colour has none.
   */
  public long[] keys() {
    long[] keys = new long[flat ? 0 : KEYS];
    for (int key = 0; key < keys.length; key++) {
      for (int bit : KEY_BITS[key]) {
        keys[key] = keys[key] << 1 | hash[bit / Long.SIZE] >>> bit & 1;
      }
    }
    return keys;
  }

  /** For each key, 64 of the steady frequencies, shuffled. */
  private static int[][] keyBits() {
    SplittableRandom random = new SplittableRandom(1);
    int[][] keys = new int[KEYS][Long.SIZE];
    for (int[] key : keys) {
      int[] steady = new int[STEADY * STEADY];
      for (int i = 0; i < steady.length; i++) {
        int other = random.nextInt(i + 1);
        steady[i] = steady[other];
        steady[other] = i / STEADY * FREQUENCIES + i % STEADY;
      }
      System.arraycopy(steady, 0, key, 0, key.length);
    }
    return keys;
  }

  /** Appends the signature to {@code out}. */
  public void put(ByteBuffer out) {
    for (long bits : hash) {
      out.putLong(bits);
    }
    out.put(colours).put((byte) (flat ? 1 : 0));
  }

  /** The inverse of {@link #put}. */
  public static ImageSignature get(ByteBuffer in) {
    long[] hash = new long[FREQUENCIES * FREQUENCIES / Long.SIZE];
    for (int i = 0; i < hash.length; i++) {
      hash[i] = in.getLong();
    }
    byte[] colours = new byte[3 * CELLS * CELLS];
    in.get(colours);
    return new ImageSignature(hash, colours, in.get() == 1);
  }

  private int differentBits(ImageSignature other) {
    int bits = 0;
    for (int i = 0; i < hash.length; i++) {
      bits += Long.bitCount(hash[i] ^ other.hash[i]);
    }
    return bits;
  }

  private int colourDistance(ImageSignature other) {
    int most = 0;
    for (int i = 0; i < colours.length; i++) {
      most = Math.max(most, Math.abs((colours[i] & 255) - (other.colours[i] & 255)));
    }
    return most;
  }

  /** [SIDE, SIDE, 3]: means over areas; pixels on the edge of an area count by their share. */
  private static float[] shrink(RgbImage image) {
    int samples = 3 * SIDE;
    float[][] across = shares(image.width());
    float[][] down = shares(image.height());
    float[] small = new float[samples * SIDE];
    float[] row = new float[samples];
    for (int y = 0; y < SIDE; y++) {
      for (int i = 0; i < down[y].length; i++) {
        int input = first(y, image.height()) + i;
        shrinkRow(image, input, across, row);
        for (int s = 0; s < samples; s++) {
          small[y * samples + s] += down[y][i] * row[s];
        }
      }
    }
    return small;
  }

  private static void shrinkRow(RgbImage image, int y, float[][] across, float[] row) {
    byte[] rgb = image.rgb();
    int width = image.width();
    for (int x = 0; x < SIDE; x++) {
      int at = 3 * (y * width + first(x, width));
      float red = 0;
      float green = 0;
      float blue = 0;
      for (float share : across[x]) {
        red += share * (rgb[at] & 255);
        green += share * (rgb[at + 1] & 255);
        blue += share * (rgb[at + 2] & 255);
        at += 3;
      }
      row[3 * x] = red;
      row[3 * x + 1] = green;
      row[3 * x + 2] = blue;
    }
  }

  /** The first of {@code length} pixels that the area of an output reaches. */
  private static int first(int output, int length) {
    return (int) ((long) output * length / SIDE);
  }

  /** For each output, the shares of the pixels that its area reaches; their sum is 1. */
  private static float[][] shares(int length) {
    float[][] shares = new float[SIDE][];
    for (int output = 0; output < SIDE; output++) {
      // In pixels times SIDE, which are whole numbers.
      long from = (long) output * length;
      long until = from + length;
      int first = first(output, length);
      shares[output] = new float[(int) ((until + SIDE - 1) / SIDE) - first];
      for (int i = 0; i < shares[output].length; i++) {
        long pixel = (long) (first + i) * SIDE;
        long covered = Math.min(pixel + SIDE, until) - Math.max(pixel, from);
        shares[output][i] = (float) covered / length;
      }
    }
    return shares;
  }

  private static byte[] colours(float[] small) {
    int pixels = SIDE / CELLS;
    float[] sums = new float[3 * CELLS * CELLS];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int cell = y / pixels * CELLS + x / pixels;
        for (int c = 0; c < 3; c++) {
          sums[3 * cell + c] += small[3 * (y * SIDE + x) + c];
        }
      }
    }
    byte[] means = new byte[sums.length];
    for (int i = 0; i < sums.length; i++) {
      means[i] = (byte) Math.round(sums[i] / (pixels * pixels));
    }
    return means;
  }

  private static double deviation(float[] grey) {
    double sum = 0;
    double squares = 0;
    for (float value : grey) {
      sum += value;
      squares += value * value;
    }
    double mean = sum / grey.length;
    return Math.sqrt(Math.max(0, squares / grey.length - mean * mean));
  }

  private static long[] hash(float[] grey) {
    float[] rows = new float[SIDE * FREQUENCIES];
    for (int y = 0; y < SIDE; y++) {
      for (int f = 0; f < FREQUENCIES; f++) {
        for (int x = 0; x < SIDE; x++) {
          rows[y * FREQUENCIES + f] += COSINES[f][x] * grey[y * SIDE + x];
        }
      }
    }
    float[] all = new float[FREQUENCIES * FREQUENCIES];
    for (int f = 0; f < FREQUENCIES; f++) {
      for (int y = 0; y < SIDE; y++) {
        for (int g = 0; g < FREQUENCIES; g++) {
          all[f * FREQUENCIES + g] += COSINES[f][y] * rows[y * FREQUENCIES + g];
        }
      }
    }
    float[] sorted = all.clone();
    Arrays.sort(sorted);
    float median = sorted[sorted.length / 2];
    long[] bits = new long[all.length / Long.SIZE];
    for (int i = 0; i < all.length; i++) {
      if (all[i] >= median) {
        bits[i / Long.SIZE] |= 1L << i;
      }
    }
    return bits;
  }

  /** Without frequency 0, which is brightness. */
  private static float[][] cosines() {
    float[][] cosines = new float[FREQUENCIES][SIDE];
    for (int f = 0; f < FREQUENCIES; f++) {
      for (int x = 0; x < SIDE; x++) {
        cosines[f][x] = (float) Math.cos(Math.PI * (f + 1) * (2 * x + 1) / (2.0 * SIDE));
      }
    }
    return cosines;
  }
}
