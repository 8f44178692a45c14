package parrot.datasets.image;

import java.io.Serializable;

/**
 * Decodes PNG, JPEG, GIF (first frame), BMP and WebP files to RGB, with the values that Pillow's
 * {@code convert("RGB")} gives: alpha is dropped, 16-bit colour keeps its high byte, 16-bit grey is
 * clipped to 255, CMYK is taken as Adobe writes it, colour profiles and the orientation of EXIF are
 * ignored. Immutable, safe for use by several threads.
 */
public final class ImageDecoder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ImageLimits limits;

  /** A decoder with the default limits. */
  public ImageDecoder() {
    this(ImageLimits.DEFAULT);
  }

  /** A decoder with limits of the caller's. */
  public ImageDecoder(ImageLimits limits) {
    this.limits = limits;
  }

  /**
   * Decodes a whole file.
   *
   * @throws UnusableImageException if it is not an image, damaged, of an unsupported kind, or
   *     larger than the limits
   */
  public RgbImage decode(byte[] file) {
    return switch (ImageFormat.of(file)) {
      case PNG -> new PngDecoder(file, limits).decode();
      case JPEG -> new JpegDecoder(file, limits).decode();
      case GIF -> new GifDecoder(file, limits).decode();
      case BMP -> ImageIoDecoder.bmp(file, limits);
      case WEBP -> new WebpDecoder(file, limits).decode();
    };
  }
}
