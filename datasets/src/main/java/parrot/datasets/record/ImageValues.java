package parrot.datasets.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import parrot.datasets.image.DataUri;

/**
 * Images as rows hold them: a path, bytes, a data URI, Base64, {@code {path, bytes}} of Hugging
 * Face, {@code {url}} of OpenAI, {@code {type: base64, data}} of Anthropic, or a list of these.
 */
final class ImageValues {
  private static final List<String> CONTENT = List.of("bytes", "data", "base64", "b64_json");
  private static final List<String> PLACE =
      List.of(
          "path", "url", "image_url", "image", "source", "src", "file_name", "filename", "file");

  private ImageValues() {}

  /**
   * Paths and data URIs; none if the value says nothing.
   *
   * @throws parrot.datasets.DataException if it is none of the above
   */
  static List<String> read(String field, JsonNode value) {
    return stream(field, value).distinct().toList();
  }

  /** The image of a part of a text; none if the part only says that there is one. */
  static List<String> ofPart(String field, JsonNode part) {
    boolean named =
        Stream.concat(CONTENT.stream(), PLACE.stream())
            .anyMatch(key -> !RecordFields.isEmpty(part.path(key)));
    return named ? read(field, part) : List.of();
  }

  private static Stream<String> stream(String field, JsonNode value) {
    if (RecordFields.isEmpty(value)) {
      return Stream.empty();
    }
    if (value.isTextual()) {
      return Stream.of(DataUri.ofText(value.textValue()));
    }
    if (value.isBinary()) {
      return Stream.of(DataUri.ofBase64(value.asText()));
    }
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false).flatMap(one -> stream(field, one));
    }
    for (String key : CONTENT) {
      boolean content = value.path(key).isTextual() || value.path(key).isBinary();
      if (content && !RecordFields.isEmpty(value.path(key))) {
        return Stream.of(DataUri.ofBase64(value.path(key).asText()));
      }
    }
    for (String key : PLACE) {
      if (!RecordFields.isEmpty(value.path(key))) {
        return stream(field + "." + key, value.path(key));
      }
    }
    throw RecordFields.badField(field, "a path, an image in Base64, or a list of one", value);
  }
}
