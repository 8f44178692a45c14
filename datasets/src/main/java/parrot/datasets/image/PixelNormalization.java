package parrot.datasets.image;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * CLIP's normalisation of prepared pixels: (value / 255 - mean) / standard deviation, by channel.
 */
public final class PixelNormalization {
  private static final double[] MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] DEVIATION = {0.26862954, 0.26130258, 0.27577711};

  /** The normalised value of every sample, [3, 256]. */
  private static final float[][] VALUES = new float[3][256];

  static {
    for (int c = 0; c < 3; c++) {
      for (int value = 0; value < 256; value++) {
        VALUES[c][value] = (float) ((value / 255.0 - MEAN[c]) / DEVIATION[c]);
      }
    }
  }

  private PixelNormalization() {}

  /** What is subtracted, by channel: red, green, blue. */
  public static List<Double> mean() {
    return DoubleStream.of(MEAN).boxed().toList();
  }

  /** What is divided by, by channel. */
  public static List<Double> deviation() {
    return DoubleStream.of(DEVIATION).boxed().toList();
  }

  /**
   * Normalises a square image and puts the channel first.
   *
   * @param pixels uint8 [size, size, 3], RGB
   * @return float32 [3, size, size]
   */
  public static float[] normalize(byte[] pixels, int size) {
    float[] result = new float[3 * size * size];
    normalize(pixels, size, result, 0);
    return result;
  }

  /** Normalises into a part of a larger array, beginning at {@code offset}. */
  public static void normalize(byte[] pixels, int size, float[] target, int offset) {
    int plane = size * size;
    if (pixels.length != 3 * plane) {
      throw new IllegalArgumentException(
          "Cannot normalise pixels: %d bytes (must be %d for %d x %d pixels)"
              .formatted(pixels.length, 3 * plane, size, size));
    }
    for (int c = 0; c < 3; c++) {
      float[] values = VALUES[c];
      int start = offset + c * plane;
      for (int i = 0; i < plane; i++) {
        target[start + i] = values[pixels[3 * i + c] & 255];
      }
    }
  }
}
