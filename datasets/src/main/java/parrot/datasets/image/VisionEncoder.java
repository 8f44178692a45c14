package parrot.datasets.image;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * What a vision encoder takes for an image: pixels padded with its mean colour and normalised,
 * (value / 255 - mean) / standard deviation, by channel.
 *
 * <p>Source: the {@code preprocessor_config.json} of the published encoders.
 */
public enum VisionEncoder {
  CLIP(
      new double[] {0.48145466, 0.4578275, 0.40821073},
      new double[] {0.26862954, 0.26130258, 0.27577711},
      336),
  SIGLIP(new double[] {0.5, 0.5, 0.5}, new double[] {0.5, 0.5, 0.5}, 384);

  private final double[] mean;
  private final double[] deviation;
  private final int usualSize;

  /** The normalised value of every sample, [3, 256]. */
  private final float[][] values = new float[3][256];

  VisionEncoder(double[] mean, double[] deviation, int usualSize) {
    this.mean = mean;
    this.deviation = deviation;
    this.usualSize = usualSize;
    for (int c = 0; c < 3; c++) {
      for (int value = 0; value < 256; value++) {
        values[c][value] = (float) ((value / 255.0 - mean[c]) / deviation[c]);
      }
    }
  }

  /** Of a name in any case, such as {@code clip}. */
  public static VisionEncoder of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** What is subtracted, by channel: red, green, blue. */
  public List<Double> mean() {
    return DoubleStream.of(mean).boxed().toList();
  }

  /** What is divided by, by channel. */
  public List<Double> deviation() {
    return DoubleStream.of(deviation).boxed().toList();
  }

  /** The colour of the padding, 0 to 255 by channel: the mean, rounded down. */
  int[] paddingColour() {
    return DoubleStream.of(mean).mapToInt(value -> (int) (value * 255)).toArray();
  }

  /** Pixels a side of the encoder that published models use. */
  public int usualSize() {
    return usualSize;
  }

  /** Visual tokens that an image becomes: its whole patches and, for CLIP, the class token. */
  public int visualTokens(int imageSize, int patchSize) {
    int side = imageSize / patchSize;
    return side * side + (this == CLIP ? 1 : 0);
  }

  /** Whether an image may have pixels at its edge that fill no patch; they are not seen. */
  public boolean leavesPixels() {
    return this == SIGLIP;
  }

  /**
   * Normalises a square image and puts the channel first.
   *
   * @param pixels uint8 [size, size, 3], RGB
   * @return float32 [3, size, size]
   */
  public float[] normalize(byte[] pixels, int size) {
    float[] result = new float[3 * size * size];
    normalize(pixels, size, result, 0);
    return result;
  }

  /** Normalises into a part of a larger array, beginning at {@code offset}. */
  public void normalize(byte[] pixels, int size, float[] target, int offset) {
    int plane = size * size;
    if (pixels.length != 3 * plane) {
      throw new IllegalArgumentException(
          "Cannot normalise pixels: %d bytes (must be %d for %d x %d pixels)"
              .formatted(pixels.length, 3 * plane, size, size));
    }
    for (int c = 0; c < 3; c++) {
      float[] ofChannel = values[c];
      int start = offset + c * plane;
      for (int i = 0; i < plane; i++) {
        target[start + i] = ofChannel[pixels[3 * i + c] & 255];
      }
    }
  }

  /** As options and manifests name it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
