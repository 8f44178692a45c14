package parrot.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import parrot.datasets.UsageException;

/**
 * One mapping of a configuration file. Every key must be asked for, every value must fit, and what
 * was read, defaults included, can be written back as the resolved configuration.
 */
public final class StrictMap {
  private final JsonNode json;
  private final String prefix;
  private final ObjectNode resolved = JsonNodeFactory.instance.objectNode();
  private final Map<String, StrictMap> children = new LinkedHashMap<>();
  private final Set<String> optional = new LinkedHashSet<>();

  StrictMap(JsonNode json) {
    this(json, "");
  }

  private StrictMap(JsonNode json, String prefix) {
    this.json = json;
    this.prefix = prefix;
    if (!json.isObject()) {
      throw invalid("", json, "a mapping of keys to values");
    }
  }

  UsageException invalid(String key, Object value, String rule) {
    String name = prefix + key;
    return new UsageException(
        "Invalid "
            + (name.isEmpty() ? "configuration" : name)
            + ": "
            + value
            + " (must be "
            + rule
            + ")");
  }

  private JsonNode get(String key) {
    JsonNode value = json.get(key);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String key) {
    return get(key) != null;
  }

  /** The same for a key without a default, which counts as known from then on. */
  boolean given(String key) {
    optional.add(key);
    return has(key);
  }

  /** A nested mapping; empty where the key is absent. */
  StrictMap map(String key) {
    JsonNode value = get(key);
    StrictMap child =
        new StrictMap(
            value == null ? JsonNodeFactory.instance.objectNode() : checkMap(key, value),
            prefix + key + ".");
    children.put(key, child);
    resolved.set(key, child.resolved);
    return child;
  }

  private JsonNode checkMap(String key, JsonNode value) {
    if (!value.isObject()) {
      throw invalid(key, value, "a mapping of keys to values");
    }
    return value;
  }

  String text(String key) {
    return optionalText(key)
        .orElseThrow(
            () ->
                new UsageException(
                    "Missing "
                        + prefix
                        + key
                        + " (set it in the file, or with --set "
                        + prefix
                        + key
                        + "=VALUE)"));
  }

  Optional<String> optionalText(String key) {
    JsonNode value = get(key);
    if (value == null) {
      resolved.putNull(key);
      return Optional.empty();
    }
    if (!value.isValueNode() || value.asText().isBlank()) {
      throw invalid(key, value, "text");
    }
    resolved.put(key, value.asText());
    return Optional.of(value.asText());
  }

  String oneOf(String key, String absent, List<String> choices) {
    String value = has(key) ? text(key) : absent;
    if (!choices.contains(value)) {
      throw invalid(
          key, value, "one of " + String.join(", ", choices) + suggestion(value, choices));
    }
    resolved.put(key, value);
    return value;
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = get(key);
    if (value != null && !value.isBoolean()) {
      throw invalid(key, value, "true or false");
    }
    boolean flag = value == null ? absent : value.booleanValue();
    resolved.put(key, flag);
    return flag;
  }

  long whole(String key, long absent, long least) {
    JsonNode value = get(key);
    if (value != null && (!value.isIntegralNumber() || !value.canConvertToLong())) {
      throw invalid(key, value, "a whole number");
    }
    long number = value == null ? absent : value.longValue();
    if (number < least) {
      throw invalid(key, number, "at least " + least);
    }
    resolved.put(key, number);
    return number;
  }

  int wholeInt(String key, int absent, int least) {
    long number = whole(key, absent, least);
    if (number > Integer.MAX_VALUE) {
      throw invalid(key, number, "at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  double number(String key, double absent, DoublePredicate fits, String rule) {
    JsonNode value = get(key);
    if (value != null && !value.isNumber()) {
      throw invalid(key, value, rule);
    }
    double number = value == null ? absent : value.doubleValue();
    if (!fits.test(number)) {
      throw invalid(key, number, rule);
    }
    resolved.put(key, number);
    return number;
  }

  /** A list of texts; a single text counts as a list of one. */
  List<String> texts(String key) {
    JsonNode value = get(key);
    List<String> texts = new ArrayList<>();
    if (value != null) {
      for (JsonNode element : value.isArray() ? value : List.of(value)) {
        if (!element.isValueNode() || element.asText().isBlank()) {
          throw invalid(key, element, "a list of texts");
        }
        texts.add(element.asText());
      }
    }
    var array = resolved.putArray(key);
    texts.forEach(array::add);
    return texts;
  }

  /** A list of mappings, or of texts that stand for {@code {textKey: text}}. */
  List<StrictMap> maps(String key, String textKey) {
    JsonNode value = get(key);
    List<StrictMap> maps = new ArrayList<>();
    var array = resolved.putArray(key);
    if (value != null) {
      int index = 0;
      for (JsonNode element : value.isArray() ? value : List.of(value)) {
        String name = key + "[" + index++ + "]";
        JsonNode node = element;
        if (element.isTextual()) {
          node = JsonNodeFactory.instance.objectNode().set(textKey, element);
        }
        StrictMap map = new StrictMap(checkMap(name, node), prefix + name + ".");
        children.put(name, map);
        array.add(map.resolved);
        maps.add(map);
      }
    }
    return maps;
  }

  /** Keys that are there, where they are not known beforehand. */
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** The mapping as it is, whatever it holds. */
  ObjectNode anything(String key) {
    JsonNode value = get(key);
    ObjectNode node =
        value == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) checkMap(key, value);
    resolved.set(key, node);
    return node;
  }

  /** Refuses every key, here and below, that nobody asked for. */
  void refuseOthers() {
    for (String key : keys()) {
      if (!resolved.has(key) && !optional.contains(key)) {
        List<String> known = new ArrayList<>(optional);
        resolved.fieldNames().forEachRemaining(known::add);
        throw new UsageException("Unknown key " + prefix + key + suggestion(key, known));
      }
    }
    children.values().forEach(StrictMap::refuseOthers);
  }

  /** What was read, defaults included. */
  ObjectNode resolved() {
    return resolved;
  }

  /** The nearest valid name as a question. */
  public static String suggestion(String word, List<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
        .map(nearest -> "; did you mean " + nearest + "?")
        .orElse("");
  }

  /** Levenshtein's distance. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
