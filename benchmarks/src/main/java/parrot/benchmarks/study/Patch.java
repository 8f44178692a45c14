package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Settings that replace others: mappings are merged, null removes, all else is replaced. */
final class Patch {
  private Patch() {}

  /** A copy of {@code base} with the settings of {@code over}, as RFC 7396 says. */
  static ObjectNode merge(ObjectNode base, JsonNode over) {
    ObjectNode merged = base.deepCopy();
    for (Map.Entry<String, JsonNode> entry : over.properties()) {
      JsonNode value = entry.getValue();
      if (value.isNull()) {
        merged.remove(entry.getKey());
      } else if (value.isObject()) {
        ObjectNode before =
            merged.get(entry.getKey()) instanceof ObjectNode map ? map : merged.objectNode();
        merged.set(entry.getKey(), merge(before, value));
      } else {
        merged.set(entry.getKey(), value.deepCopy());
      }
    }
    return merged;
  }
}
