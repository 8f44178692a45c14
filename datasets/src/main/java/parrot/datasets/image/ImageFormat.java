package parrot.datasets.image;

import java.nio.charset.StandardCharsets;
import parrot.datasets.image.UnusableImageException.Reason;

/** The image formats that are decoded, told apart by the first bytes of the content. */
enum ImageFormat {
  PNG,
  JPEG,
  GIF,
  BMP,
  WEBP,
  TIFF;

  private static final String CONVERT =
      "convert it to PNG, JPEG, GIF, BMP, WebP or TIFF, or remove the example";

  /**
   * Recognises the format of a file.
   *
   * @throws UnusableImageException if it is empty, not an image, or of another image format
   */
  static ImageFormat of(byte[] file) {
    if (file.length == 0) {
      throw new UnusableImageException(
          Reason.EMPTY, "the file is empty", "restore the file or remove the example");
    }
    if (starts(file, 0, "\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (starts(file, 0, "\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (starts(file, 0, "GIF87a") || starts(file, 0, "GIF89a")) {
      return GIF;
    }
    if (starts(file, 0, "RIFF") && starts(file, 8, "WEBP")) {
      return WEBP;
    }
    if (starts(file, 0, "BM") && looksLikeBmp(file)) {
      return BMP;
    }
    if (starts(file, 0, "II*\0") || starts(file, 0, "MM\0*")) {
      return TIFF;
    }
    throw refusal(file);
  }

  private static UnusableImageException refusal(byte[] file) {
    String other = otherFormat(file);
    if (other != null) {
      return new UnusableImageException(
          Reason.UNSUPPORTED, "the file is a " + other + " image, which is not decoded", CONVERT);
    }
    String known = "\u0089PNG\r\n\u001a\n";
    if (file.length < known.length() && starts(file, 0, known.substring(0, file.length))) {
      return new UnusableImageException(
          Reason.TRUNCATED, "the file ends after " + file.length + " bytes", "fetch it again");
    }
    return new UnusableImageException(
        Reason.NOT_AN_IMAGE,
        "the file is not an image ("
            + file.length
            + " bytes, starting with "
            + beginning(file)
            + ")",
        "replace it with a PNG, JPEG, GIF, BMP, WebP or TIFF file or remove the example");
  }

  private static String otherFormat(byte[] file) {
    if (starts(file, 4, "ftypavif") || starts(file, 4, "ftypavis")) {
      return "AVIF";
    }
    if (starts(file, 4, "ftyphei") || starts(file, 4, "ftypmif1") || starts(file, 4, "ftyphev")) {
      return "HEIC";
    }
    if (starts(file, 0, "\0\0\0\fjP  ") || starts(file, 0, "\u00ff\u004f\u00ff\u0051")) {
      return "JPEG 2000";
    }
    if (starts(file, 0, "\0\0\0\fJXL ") || starts(file, 0, "\u00ff\n")) {
      return "JPEG XL";
    }
    if (starts(file, 0, "II+\0") || starts(file, 0, "MM\0+")) {
      return "BigTIFF";
    }
    if (starts(file, 0, "8BPS")) {
      return "Photoshop";
    }
    if (starts(file, 0, "\0\0\u0001\0")) {
      return "Windows icon";
    }
    String text = new String(file, 0, Math.min(file.length, 512), StandardCharsets.UTF_8);
    return text.stripLeading().startsWith("<svg") || text.contains("<svg ") ? "SVG" : null;
  }

  /** "BM" alone also begins words; the size of the information header decides. */
  private static boolean looksLikeBmp(byte[] file) {
    if (file.length < 18) {
      return file.length < 2 + 4 + 4;
    }
    long header = new ImageBytes(file).little32(14);
    return header == 12 || (header >= 16 && header <= 124);
  }

  private static boolean starts(byte[] file, int offset, String signature) {
    if (file.length < offset + signature.length()) {
      return false;
    }
    for (int i = 0; i < signature.length(); i++) {
      if ((file[offset + i] & 255) != signature.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static String beginning(byte[] file) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < Math.min(file.length, 12); i++) {
      int value = file[i] & 255;
      text.append(
          value >= 32 && value < 127 ? String.valueOf((char) value) : "\\x%02x".formatted(value));
    }
    return text.append('"').toString();
  }
}
