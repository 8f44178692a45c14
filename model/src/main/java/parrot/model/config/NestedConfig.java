package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/**
 * Configurations that keep the decoder's keys in a {@code text_config} of their own, as newer
 * transformers write those of vision models.
 */
final class NestedConfig {
  private static final String TEXT = "text_config";
  private static final String VISION = "vision_config";

  /** Keys that say something about one mapping alone, or about files and not about the model. */
  private static final Set<String> OWN =
      Set.of("model_type", "architectures", "torch_dtype", "dtype", "transformers_version");

  private NestedConfig() {}

  /**
   * The same configuration with the decoder's keys outside.
   *
   * @throws RuntimeException if a key stands in both places with two values
   */
  static ObjectNode flat(JsonNode json, ConfigSource source) {
    StrictMap keys = new StrictMap(json, source);
    ObjectNode flat = keys.json();
    flat.remove(VISION);
    if (!keys.has(TEXT)) {
      return flat;
    }
    flat.remove(TEXT);
    StrictMap text = keys.map(TEXT);
    for (Map.Entry<String, JsonNode> entry : text.json().properties()) {
      String key = entry.getKey();
      if (OWN.contains(key) || entry.getValue().isNull()) {
        continue;
      }
      if (!keys.has(key)) {
        flat.set(key, entry.getValue());
      } else if (!same(flat.get(key), entry.getValue())) {
        throw text.invalid(key, entry.getValue(), "equal to " + key + ", " + flat.get(key));
      }
    }
    return flat;
  }

  private static boolean same(JsonNode a, JsonNode b) {
    return a.isNumber() && b.isNumber() ? a.doubleValue() == b.doubleValue() : a.equals(b);
  }
}
