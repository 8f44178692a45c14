package parrot.datasets.image;

import java.io.Serializable;
import parrot.datasets.image.UnusableImageException.Reason;

/**
 * How large an image may be. Checked on its header, before memory is taken for its pixels.
 *
 * @param pixels greatest product of width and height
 * @param side greatest width and height
 */
public record ImageLimits(long pixels, int side) implements Serializable {
  /**
   * 100 million pixels (300 MB decoded) and 65,535 a side, beyond which JPEG, GIF and WebP cannot
   * go either.
   */
  public static final ImageLimits DEFAULT = new ImageLimits(100_000_000L, 65_535);

  /** Checks that the limits are positive and that an image within them fits an array. */
  public ImageLimits {
    if (pixels < 1 || pixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "Invalid pixel limit: %d (must be from 1 to %d)"
              .formatted(pixels, Integer.MAX_VALUE / 3));
    }
    if (side < 1) {
      throw new IllegalArgumentException("Invalid side limit: " + side + " (must be at least 1)");
    }
  }

  /** Refuses an image that is too large, and one without pixels. */
  void check(long width, long height) {
    if (width < 1 || height < 1) {
      throw UnusableImageException.unreadable(
          "its header says %d x %d pixels".formatted(width, height));
    }
    if (width > side || height > side || width * height > pixels) {
      throw new UnusableImageException(
          Reason.TOO_LARGE,
          "it has %d x %d pixels (at most %d pixels and %d a side are decoded)"
              .formatted(width, height, pixels, side),
          "scale it down or remove the example");
    }
  }
}
