package parrot.datasets.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import parrot.datasets.DataException;

/**
 * The fields of one JSON object, which remember what was asked for. A null counts as absent, and so
 * does NaN, which pandas writes for it.
 */
final class RecordFields {
  private static final int SHOWN = 60;

  private final JsonNode object;
  private final Set<String> read = new HashSet<>();

  RecordFields(JsonNode object) {
    this.object = object;
  }

  /** The first of these keys that is there. */
  Optional<String> key(List<String> keys) {
    return keys.stream().filter(this::has).findFirst();
  }

  private boolean has(String key) {
    return !isAbsent(object.path(key));
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || value.isNumber() && Double.isNaN(value.doubleValue());
  }

  JsonNode get(String key) {
    read.add(key);
    return object.path(key);
  }

  /** Marks keys as read, whether or not they are there. */
  void ignore(List<String> keys) {
    read.addAll(keys);
  }

  /** A text under the first of these keys that is there. */
  Optional<String> text(List<String> keys) {
    Optional<String> key = key(keys);
    keys.forEach(read::add);
    return key.map(name -> requireText(name, object.path(name)));
  }

  static String requireText(String field, JsonNode value) {
    if (!value.isTextual()) {
      throw badField(field, "a text", value);
    }
    return value.textValue();
  }

  /** Fields that were not asked for, and hold something. */
  List<Map.Entry<String, JsonNode>> unread() {
    return object.properties().stream()
        .filter(field -> !read.contains(field.getKey()) && !isEmpty(field.getValue()))
        .toList();
  }

  /** Fields that are there, in order. */
  List<Map.Entry<String, JsonNode>> all() {
    return List.copyOf(object.properties());
  }

  /** Whether a value says nothing: null, a blank text, or a list or object of nothing else. */
  static boolean isEmpty(JsonNode value) {
    if (value.isContainerNode()) {
      for (JsonNode element : value) {
        if (!isEmpty(element)) {
          return false;
        }
      }
      return true;
    }
    return isAbsent(value) || value.isTextual() && value.asText().isBlank();
  }

  static DataException badField(String field, String expected, JsonNode found) {
    return new DataException(
        "Invalid field " + field + ": " + kind(found) + " (must be " + expected + ")");
  }

  static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "absent";
      case STRING -> "a text";
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case BINARY -> "bytes that are not UTF-8";
      default -> node.toString();
    };
  }

  /** A text of the row, short enough for a message. */
  static String shown(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
