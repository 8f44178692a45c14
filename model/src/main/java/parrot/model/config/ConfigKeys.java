package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import parrot.model.ModelException;

/** Typed access to one configuration object; remembers which keys were asked for. */
final class ConfigKeys {
  private final JsonNode json;
  private final String where;
  private final Set<String> asked = new LinkedHashSet<>();

  ConfigKeys(JsonNode json, String where) {
    this.where = where;
    this.json = json;
    if (!json.isObject()) {
      throw new ModelException("Cannot read " + where + ": not a JSON object");
    }
  }

  ModelException invalid(String key, Object value, String rule) {
    return new ModelException(
        "Invalid " + key + ": " + value + " (must be " + rule + ") in " + where);
  }

  /** The value, or null where the key is absent or null. */
  private JsonNode get(String key) {
    asked.add(key);
    JsonNode value = json.get(key);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  private JsonNode required(String key) {
    JsonNode value = get(key);
    if (value == null) {
      throw new ModelException("Missing key " + key + " in " + where);
    }
    return value;
  }

  int positive(String key) {
    return positive(key, required(key));
  }

  int positive(String key, int absent) {
    JsonNode value = get(key);
    return value == null ? absent : positive(key, value);
  }

  private int positive(String key, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      throw invalid(key, value, "a positive integer");
    }
    return value.intValue();
  }

  int integer(String key, int absent) {
    JsonNode value = get(key);
    if (value == null) {
      return absent;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw invalid(key, value, "an integer");
    }
    return value.intValue();
  }

  double positiveNumber(String key, double absent) {
    JsonNode value = get(key);
    double number = value == null ? absent : value.asDouble(Double.NaN);
    if (value != null && !value.isNumber() || !(number > 0 && number < Double.POSITIVE_INFINITY)) {
      throw invalid(key, value, "a positive number");
    }
    return number;
  }

  double number(String key, double absent) {
    JsonNode value = get(key);
    if (value == null) {
      return absent;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw invalid(key, value, "a finite number");
    }
    return value.doubleValue();
  }

  /** A list of finite numbers; empty where it is absent. */
  List<Double> numbers(String key) {
    JsonNode value = get(key);
    List<Double> numbers = new ArrayList<>();
    if (value != null) {
      for (JsonNode element : value.isArray() ? value : List.of(value)) {
        if (!element.isNumber() || !Double.isFinite(element.doubleValue())) {
          throw invalid(key, value, "a list of finite numbers");
        }
        numbers.add(element.doubleValue());
      }
    }
    return List.copyOf(numbers);
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = get(key);
    if (value == null) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw invalid(key, value, "true or false");
    }
    return value.booleanValue();
  }

  String text(String key, String absent) {
    JsonNode value = absent == null ? required(key) : get(key);
    if (value == null) {
      return absent;
    }
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw invalid(key, value, "text");
    }
    return value.textValue();
  }

  String oneOf(String key, String absent, List<String> choices) {
    String value = text(key, absent);
    if (!choices.contains(value)) {
      throw invalid(key, value, choices.size() == 1 ? choices.get(0) : "one of " + choices);
    }
    return value;
  }

  /** Refuses a key whose value, where it is there at all, would change what is computed. */
  void refuseUnless(String key, boolean acceptable, String rule) {
    asked.add(key);
    if (!acceptable) {
      throw invalid(key, json.get(key), rule);
    }
  }

  JsonNode raw(String key) {
    return json.get(key);
  }

  /** Keys that nobody asked for. Those that look like a misspelt known key are refused. */
  ObjectNode others() {
    ObjectNode others = ((ObjectNode) json).objectNode();
    json.fields()
        .forEachRemaining(
            entry -> {
              String key = entry.getKey();
              if (asked.contains(key)) {
                return;
              }
              for (String known : asked) {
                if (isMisspelt(key, known)) {
                  throw new ModelException(
                      "Unknown key " + key + " in " + where + ": did you mean " + known + "?");
                }
              }
              others.set(key, entry.getValue());
            });
    return others;
  }

  /** One letter too many, too few or wrong. */
  private static boolean isMisspelt(String key, String known) {
    int shared = Math.min(key.length(), known.length());
    int head = 0;
    while (head < shared && key.charAt(head) == known.charAt(head)) {
      head++;
    }
    int tail = 0;
    while (tail < shared - head
        && key.charAt(key.length() - 1 - tail) == known.charAt(known.length() - 1 - tail)) {
      tail++;
    }
    return Math.max(key.length(), known.length()) - head - tail == 1 && key.length() > 5;
  }
}
