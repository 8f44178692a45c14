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
    if (image.width() == size && image.height() == size) {
      return image.rgb().clone();
    }
    return new SquareResize(image, encoder.paddingColour(), size).resize();
  }
}
