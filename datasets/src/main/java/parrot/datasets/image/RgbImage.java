package parrot.datasets.image;

/**
 * A decoded image.
 *
 * @param width pixels in a row, at least 1
 * @param height rows, at least 1
 * @param rgb uint8 [height, width, 3], row by row from the top; not copied
 */
public record RgbImage(int width, int height, byte[] rgb) {
  /** Checks that the sizes agree. */
  public RgbImage {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "Invalid image size: " + width + " x " + height + " (must be at least 1 x 1)");
    }
    if (rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "Invalid image: %d bytes (must be %d for %d x %d pixels of three bytes)"
              .formatted(rgb.length, 3L * width * height, width, height));
    }
  }
}
