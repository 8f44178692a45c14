package parrot.datasets.image;

import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** An image inside a text: {@code data:image/png;base64,...}. */
public final class DataUri {
  private static final String SCHEME = "data:";
  private static final String BASE64 = ";base64,";

  /** How JPEG, PNG, GIF and WebP begin in Base64, from which they are known without a scheme. */
  private static final List<String> BEGINNINGS = List.of("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR");

  private static final int SHORTEST_CONTENT = 64;
  private static final int SHOWN = 24;
  private static final int SHOWN_PATH = 160;

  private DataUri() {}

  /** Whether a text is a data URI. */
  public static boolean is(String text) {
    return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  /** The data URI of an image in Base64; a data URI stays as it is. */
  public static String ofBase64(String content) {
    return is(content) ? content : SCHEME + BASE64 + content;
  }

  /** A text as it is, or the data URI of an image if it is one in Base64. */
  public static String ofText(String text) {
    boolean content =
        text.length() >= SHORTEST_CONTENT
            && text.indexOf('.') < 0
            && BEGINNINGS.stream().anyMatch(text::startsWith);
    return content ? ofBase64(text) : text;
  }

  /**
   * The file in a data URI.
   *
   * @throws UnusableImageException if it is not in Base64
   */
  public static byte[] bytes(String uri) {
    int comma = uri.indexOf(',');
    String head = uri.substring(0, comma + 1);
    if (comma < 0 || !head.toLowerCase(Locale.ROOT).endsWith(BASE64)) {
      throw notBase64();
    }
    try {
      // The decoder passes over what it does not know, so also over URL's two characters.
      String content = uri.substring(comma + 1).replace('-', '+').replace('_', '/');
      return Base64.getMimeDecoder().decode(content);
    } catch (IllegalArgumentException e) {
      throw notBase64();
    }
  }

  private static UnusableImageException notBase64() {
    return new UnusableImageException(
        UnusableImageException.Reason.UNREADABLE,
        "it is not in Base64",
        "write it as data:image/png;base64, and its content, or give a path");
  }

  /** A name short enough for a message. */
  public static String shortened(String text) {
    int shown = is(text) ? SHOWN : SHOWN_PATH;
    return text.length() > shown ? text.substring(0, shown) + "..." : text;
  }
}
