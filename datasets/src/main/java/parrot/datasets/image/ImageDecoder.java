package parrot.datasets.image;

import java.io.Serializable;

/**
 * Decodes PNG, JPEG, GIF (first frame), BMP, WebP and TIFF files to RGB, with the values that
 * Pillow's {@code convert("RGB")} gives: alpha is dropped, 16-bit colour keeps its high byte,
 * 16-bit grey is clipped to 255, CMYK is taken as Adobe writes it, colour profiles and the
 * orientation of EXIF are ignored, but for the orientation of TIFF. {@link ImageRules} change what
 * people differ on. Immutable, safe for use by several threads.
 */
public final class ImageDecoder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ImageLimits limits;
  private final ImageRules rules;

  /** A decoder with the default limits and the published rules. */
  public ImageDecoder() {
    this(ImageLimits.DEFAULT);
  }

  /** A decoder with limits of the caller's and the published rules. */
  public ImageDecoder(ImageLimits limits) {
    this(limits, ImageRules.PUBLISHED);
  }

  /** A decoder with the default limits and rules of the caller's. */
  public ImageDecoder(ImageRules rules) {
    this(ImageLimits.DEFAULT, rules);
  }

  private ImageDecoder(ImageLimits limits, ImageRules rules) {
    this.limits = limits;
    this.rules = rules;
  }

  /**
   * Decodes a whole file.
   *
   * @throws UnusableImageException if it is not an image, damaged, of an unsupported kind, or
   *     larger than the limits
   */
  public RgbImage decode(byte[] file) {
    RgbImage stored = decodeStored(file);
    return rules.orientation() == ImageRules.Orientation.APPLY
        ? ExifOrientation.apply(stored, file)
        : stored;
  }

  private RgbImage decodeStored(byte[] file) {
    return switch (ImageFormat.of(file)) {
      case PNG -> new PngDecoder(file, limits, rules.deepGrey()).decode();
      case JPEG -> new JpegDecoder(file, limits).decode();
      case GIF -> new GifDecoder(file, limits).decode();
      case BMP -> ImageIoDecoder.bmp(file, limits);
      case WEBP -> new WebpDecoder(file, limits).decode();
      case TIFF -> new TiffDecoder(file, limits, rules.deepGrey()).decode();
    };
  }
}
