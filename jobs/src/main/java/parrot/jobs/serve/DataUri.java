package parrot.jobs.serve;

import java.util.Base64;
import java.util.Locale;

/** Images inside of requests. */
final class DataUri {
  private static final String BASE64 = ";base64";

  private DataUri() {}

  /**
   * The bytes that a {@code data:} URI holds. What it says of their type is not read: the bytes
   * tell.
   *
   * @param param what messages call it
   * @throws ApiException if it is another URI or not in Base64
   */
  static byte[] decode(String uri, String param) {
    String start = uri.substring(0, Math.min(uri.length(), 5)).toLowerCase(Locale.ROOT);
    if (!start.equals("data:")) {
      throw ApiException.invalid(
          param,
          "invalid_image_url",
          "Invalid "
              + param
              + ": "
              + shortened(uri)
              + " (must be data:image/png;base64,... or the like: this server fetches nothing, so"
              + " send the image itself)");
    }
    int comma = uri.indexOf(',');
    if (comma < 0 || !uri.substring(0, comma).toLowerCase(Locale.ROOT).endsWith(BASE64)) {
      throw ApiException.invalid(
          param,
          "invalid_image_url",
          "Invalid "
              + param
              + ": "
              + shortened(uri)
              + " (must be in Base64: data:TYPE;base64,...)");
    }
    try {
      return Base64.getDecoder().decode(uri.substring(comma + 1).strip());
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid(
          param,
          "invalid_base64",
          "Invalid " + param + ": its Base64 is damaged (" + e.getMessage() + ")");
    }
  }

  private static String shortened(String uri) {
    return uri.length() <= 60 ? uri : uri.substring(0, 60) + "...";
  }
}
