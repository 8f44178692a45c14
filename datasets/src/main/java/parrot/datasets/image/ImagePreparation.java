package parrot.datasets.image;

import java.io.Serializable;

/**
 * Makes the input of a vision encoder of an image, as published Parrot does: padded to a square
 * with the encoder's mean colour, the image in the middle, then resized as Pillow's {@code
 * resize(BICUBIC)} does, with the same integers.
 *
 * <p>The square is never built: what lies beyond the image enters as a constant times its weights.
 * Memory is the image and about sixteen bytes for each sample of the result, whatever the aspect
 * ratio. Immutable, safe for use by several threads.
 */
public final class ImagePreparation implements Serializable {
  private static final long serialVersionUID = 1L;

  private final VisionEncoder encoder;
  private final int size;
  private final ImageDecoder decoder;

  /**
   * Prepares for an encoder with default limits.
   *
   * @param size pixels a side of the result
   */
  public ImagePreparation(VisionEncoder encoder, int size) {
    this(encoder, size, new ImageDecoder());
  }

  /** Prepares for an encoder, with a decoder of the caller's. */
  public ImagePreparation(VisionEncoder encoder, int size, ImageDecoder decoder) {
    if (size < 1 || size > 8192) {
      throw new IllegalArgumentException(
          "Invalid image size: " + size + " (must be from 1 to 8192)");
    }
    this.encoder = encoder;
    this.size = size;
    this.decoder = decoder;
  }

  /** Pixels a side of the result. */
  public int size() {
    return size;
  }

  /**
   * An image that is padding all over.
   *
   * @return uint8 [size, size, 3], RGB
   */
  public byte[] blank() {
    int[] colour = encoder.paddingColour();
    byte[] pixels = new byte[3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) colour[i % 3];
    }
    return pixels;
  }

  /**
   * Normalises a prepared image for the encoder.
   *
   * @param prepared uint8 [size, size, 3], RGB
   * @return float32 [3, size, size]
   */
  public float[] normalize(byte[] prepared) {
    return encoder.normalize(prepared, size);
  }

  /**
   * Decodes an image file and prepares it.
   *
   * @return uint8 [size, size, 3], RGB
   * @throws UnusableImageException if it cannot be decoded
   */
  public byte[] prepare(byte[] file) {
    return prepare(decoder.decode(file));
  }

  /**
   * Prepares a decoded image.
   *
   * @return uint8 [size, size, 3], RGB
   */
  public byte[] prepare(RgbImage image) {
    int side = Math.max(image.width(), image.height());
    if (image.width() == size && image.height() == size) {
      return image.rgb().clone();
    }
    BicubicWeights weights = new BicubicWeights(side, size);
    int[] colour = encoder.paddingColour();
    int left = (side - image.width()) / 2;
    int top = (side - image.height()) / 2;

    // The first pass (along rows) of a row that is padding all over; the same for each of them.
    int[] padding = new int[3 * size];
    for (int x = 0; x < size; x++) {
      int all = weights.outside(x, 0, 0);
      for (int c = 0; c < 3; c++) {
        padding[3 * x + c] = BicubicWeights.sample(colour[c] * all);
      }
    }
    // What the padding beside the image adds to its rows, and where a row differs from padding at
    // all.
    int[] beside = new int[3 * size];
    int from = size;
    int to = 0;
    for (int x = 0; x < size; x++) {
      int outside = weights.outside(x, left, left + image.width());
      for (int c = 0; c < 3; c++) {
        beside[3 * x + c] = colour[c] * outside;
      }
      if (overlaps(weights, x, left, image.width())) {
        from = Math.min(from, x);
        to = x + 1;
      }
    }

    int[] sums = new int[3 * size * size]; // second pass, [size, size, 3]
    for (int y = 0; y < size; y++) {
      int outside = weights.outside(y, top, top + image.height());
      int start = 3 * y * size;
      for (int i = 0; i < 3 * size; i++) {
        sums[start + i] = padding[i] * outside;
      }
    }
    int[] row = padding.clone();
    int lowest = 0; // outputs before it are complete
    for (int y = 0; y < image.height(); y++) {
      resizeRow(image, y, weights, left, beside, from, to, row);
      int input = top + y;
      while (lowest < size && weights.first[lowest] + weights.count[lowest] <= input) {
        lowest++;
      }
      for (int output = lowest; output < size && weights.first[output] <= input; output++) {
        int weight = weights.weights[output * weights.window + input - weights.first[output]];
        add(sums, 3 * output * size, row, weight);
      }
    }
    byte[] result = new byte[sums.length];
    for (int i = 0; i < sums.length; i++) {
      result[i] = (byte) BicubicWeights.sample(sums[i]);
    }
    return result;
  }

  private static boolean overlaps(BicubicWeights weights, int x, int left, int width) {
    int first = weights.first[x];
    return first < left + width && first + weights.count[x] > left;
  }

  /** First pass over one row of the image, for the outputs in {@code [from, to)}. */
  private static void resizeRow(
      RgbImage image,
      int y,
      BicubicWeights weights,
      int left,
      int[] beside,
      int from,
      int to,
      int[] row) {
    byte[] rgb = image.rgb();
    int[] all = weights.weights;
    int width = image.width();
    int start = 3 * y * width;
    for (int x = from; x < to; x++) {
      int first = weights.first[x];
      int begin = Math.max(first, left);
      int end = Math.min(first + weights.count[x], left + width);
      int weight = x * weights.window + begin - first;
      int source = start + 3 * (begin - left);
      int red = beside[3 * x];
      int green = beside[3 * x + 1];
      int blue = beside[3 * x + 2];
      for (int i = 0; i < end - begin; i++) {
        int w = all[weight + i];
        red += w * (rgb[source + 3 * i] & 255);
        green += w * (rgb[source + 3 * i + 1] & 255);
        blue += w * (rgb[source + 3 * i + 2] & 255);
      }
      row[3 * x] = BicubicWeights.sample(red);
      row[3 * x + 1] = BicubicWeights.sample(green);
      row[3 * x + 2] = BicubicWeights.sample(blue);
    }
  }

  private static void add(int[] sums, int start, int[] row, int weight) {
    for (int i = 0; i < row.length; i++) {
      sums[start + i] += weight * row[i];
    }
  }
}
