package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * Reads one mapping of a configuration strictly: each value must fit its key, and each key must be
 * known, which it becomes when it is asked for. A null counts as absent.
 *
 * <p>Errors name the key, its value and what it must be; {@link ConfigSource} decides their type.
 */
public final class StrictMap {
  private static final int SHORTEST_MISSPELT = 6;
  private static final int MOST_PARTS = 10_000;

  private final JsonNode json;
  private final String prefix;
  private final ConfigSource source;
  private final ObjectNode resolved = JsonNodeFactory.instance.objectNode();
  private final Map<String, StrictMap> children = new LinkedHashMap<>();
  private final Set<String> withoutDefault = new LinkedHashSet<>();

  public StrictMap(JsonNode json, ConfigSource source) {
    this(json, "", source);
  }

  private StrictMap(JsonNode json, String prefix, ConfigSource source) {
    this.json = json;
    this.prefix = prefix;
    this.source = source;
    if (!json.isObject()) {
      throw invalid("", json, "a mapping of keys to values");
    }
  }

  /** The error that {@code key} must be something other than {@code value}. */
  public RuntimeException invalid(String key, Object value, String rule) {
    String name = prefix + key;
    return source
        .failure()
        .apply(
            "Invalid "
                + (name.isEmpty() ? "configuration" : name)
                + ": "
                + value
                + " (must be "
                + rule
                + ")"
                + source.place());
  }

  private RuntimeException missing(String key) {
    return source.failure().apply(source.missing().apply(prefix + key));
  }

  private JsonNode get(String key) {
    JsonNode value = json.get(key);
    return value == null || value.isNull() ? null : value;
  }

  public boolean has(String key) {
    return get(key) != null;
  }

  /** Whether a key is there without a value, which is not the same as being absent. */
  boolean isNull(String key) {
    return json.has(key) && !has(key);
  }

  /** Like {@link #has}, for a key without a default: it is known, and resolved only if given. */
  public boolean given(String key) {
    withoutDefault.add(key);
    return has(key);
  }

  /** A second reader, for keys that are checked and yet written back as they were. */
  public StrictMap aside() {
    return new StrictMap(json, prefix, source);
  }

  /** A copy of the mapping as it is. */
  ObjectNode json() {
    return json.deepCopy();
  }

  /** Refuses a key that asks for something which is not done here. */
  public void refuse(String key, String rule) {
    if (given(key)) {
      throw invalid(key, get(key), rule);
    }
  }

  /** Whether a key has keys of its own. */
  public boolean isMapping(String key) {
    return get(key) instanceof ObjectNode;
  }

  /** A nested mapping; empty if the key is absent. */
  public StrictMap map(String key) {
    StrictMap known = children.get(key);
    if (known != null) {
      return known;
    }
    StrictMap child = new StrictMap(mapping(key), prefix + key + ".", source);
    children.put(key, child);
    resolved.set(key, child.resolved);
    return child;
  }

  private JsonNode mapping(String key) {
    JsonNode value = get(key);
    return value == null ? JsonNodeFactory.instance.objectNode() : requireMapping(key, value);
  }

  private JsonNode requireMapping(String key, JsonNode value) {
    if (!value.isObject()) {
      throw invalid(key, value, "a mapping of keys to values");
    }
    return value;
  }

  /** A required text. */
  public String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  public String text(String key, String absent) {
    String value = has(key) ? text(key) : absent;
    resolved.put(key, value);
    return value;
  }

  public Optional<String> optionalText(String key) {
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

  /** A required choice. */
  public String oneOf(String key, List<String> choices) {
    String value = text(key);
    if (!choices.contains(value)) {
      String rule =
          choices.size() == 1
              ? choices.get(0)
              : "one of " + String.join(", ", choices) + Suggestion.of(value, choices);
      throw invalid(key, value, rule);
    }
    return value;
  }

  public String oneOf(String key, String absent, List<String> choices) {
    return has(key) ? oneOf(key, choices) : text(key, absent);
  }

  public boolean flag(String key, boolean absent) {
    JsonNode value = get(key);
    if (value != null && !value.isBoolean()) {
      throw invalid(key, value, "true or false");
    }
    boolean flag = value == null ? absent : value.booleanValue();
    resolved.put(key, flag);
    return flag;
  }

  /** A required integer of at least 1. */
  public int positive(String key) {
    if (!has(key)) {
      throw missing(key);
    }
    return positive(key, 1);
  }

  public int positive(String key, int absent) {
    JsonNode value = get(key);
    boolean fits = value == null || value.isIntegralNumber() && value.canConvertToInt();
    if (!fits || value != null && value.intValue() < 1) {
      throw invalid(key, value, "a positive integer");
    }
    int number = value == null ? absent : value.intValue();
    resolved.put(key, number);
    return number;
  }

  /** A required number of parts, each with tensors whose names must fit into memory. */
  int parts(String key) {
    return few(key, positive(key));
  }

  /** The same, of at least so many. */
  int parts(String key, int absent, int least) {
    return few(key, wholeInt(key, absent, least));
  }

  private int few(String key, int number) {
    if (number > MOST_PARTS) {
      throw invalid(key, number, "at most " + MOST_PARTS);
    }
    return number;
  }

  public long whole(String key, long absent, long least) {
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

  public int wholeInt(String key, int absent, int least) {
    long number = whole(key, absent, least);
    if (number > Integer.MAX_VALUE) {
      throw invalid(key, number, "at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  /** A required whole number. */
  public int wholeInt(String key) {
    if (!has(key)) {
      throw missing(key);
    }
    return wholeInt(key, 0, Integer.MIN_VALUE);
  }

  /**
   * A number.
   *
   * @param rule what {@code fits} asks for, in words
   */
  public double number(String key, double absent, DoublePredicate fits, String rule) {
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

  /** A required number. */
  public double number(String key, DoublePredicate fits, String rule) {
    if (!has(key)) {
      throw missing(key);
    }
    return number(key, 0, fits, rule);
  }

  public double positiveNumber(String key, double absent) {
    return number(key, absent, x -> x > 0 && x < Double.POSITIVE_INFINITY, "a positive number");
  }

  /** A list of finite numbers; empty if the key is absent. */
  public List<Double> numbers(String key) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode element : elements(key)) {
      if (!element.isNumber() || !Double.isFinite(element.doubleValue())) {
        throw invalid(key, get(key), "a list of finite numbers");
      }
      numbers.add(element.doubleValue());
    }
    var array = resolved.putArray(key);
    numbers.forEach(array::add);
    return List.copyOf(numbers);
  }

  /** A list of texts; a single text counts as a list of one. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : elements(key)) {
      if (!element.isValueNode() || element.asText().isBlank()) {
        throw invalid(key, element, "a list of texts");
      }
      texts.add(element.asText());
    }
    var array = resolved.putArray(key);
    texts.forEach(array::add);
    return texts;
  }

  /** A list of mappings; a text in it stands for {@code {textKey: text}}. */
  public List<StrictMap> maps(String key, String textKey) {
    List<StrictMap> maps = new ArrayList<>();
    var array = resolved.putArray(key);
    for (JsonNode element : elements(key)) {
      String name = key + "[" + maps.size() + "]";
      JsonNode node = element;
      if (element.isTextual()) {
        node = JsonNodeFactory.instance.objectNode().set(textKey, element);
      }
      StrictMap map = new StrictMap(requireMapping(name, node), prefix + name + ".", source);
      children.put(name, map);
      array.add(map.resolved);
      maps.add(map);
    }
    return maps;
  }

  private Iterable<JsonNode> elements(String key) {
    JsonNode value = get(key);
    if (value == null) {
      return List.of();
    }
    return value.isArray() ? value : List.of(value);
  }

  /** Keys that are there, for a mapping whose keys are not known beforehand. */
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** The mapping as it is, whatever it holds. */
  public ObjectNode anything(String key) {
    ObjectNode node = (ObjectNode) mapping(key);
    resolved.set(key, node);
    return node;
  }

  /** Refuses each key, here and below, that was not asked for. */
  public void refuseOthers() {
    refuseOthers(List.of());
  }

  /**
   * As {@link #refuseOthers()}, telling a key that stands in the wrong place where it belongs.
   *
   * @param paths of all keys of the configuration, with dots
   */
  public void refuseOthers(List<String> paths) {
    List<String> known = known();
    for (String key : keys()) {
      if (!known.contains(key)) {
        throw unknown(key, known, paths);
      }
    }
    children.values().forEach(child -> child.refuseOthers(paths));
  }

  /**
   * Keys here that were not asked for and change nothing: harmless ones, those that begin with an
   * underscore, and what is off (null, false, 0, empty).
   *
   * @throws RuntimeException for any other key: what it would change is not known
   */
  ObjectNode others(Set<String> harmless) {
    ObjectNode others = JsonNodeFactory.instance.objectNode();
    List<String> known = known();
    for (String key : keys()) {
      if (known.contains(key)) {
        continue;
      }
      if (key.length() >= SHORTEST_MISSPELT
          && known.stream().anyMatch(name -> Suggestion.distance(key, name) == 1)) {
        throw unknown(key, known, List.of());
      }
      if (!harmless.contains(key) && !key.startsWith("_") && !isOff(json.get(key))) {
        throw notUnderstood(key);
      }
      others.set(key, json.get(key));
    }
    return others;
  }

  private static boolean isOff(JsonNode value) {
    return value.isNull()
        || value.isBoolean() && !value.booleanValue()
        || value.isNumber() && value.doubleValue() == 0
        || value.isTextual() && value.textValue().isBlank()
        || value.isContainerNode() && value.isEmpty();
  }

  private RuntimeException notUnderstood(String key) {
    return source
        .failure()
        .apply(
            "Cannot use key %s%s: %s%s (it may ask for another computation than the one done here; remove it if it does not)"
                .formatted(prefix, key, json.get(key), source.place()));
  }

  private RuntimeException unknown(String key, List<String> known, List<String> paths) {
    return source
        .failure()
        .apply("Unknown key " + prefix + key + source.place() + Suggestion.of(key, known, paths));
  }

  private List<String> known() {
    List<String> known = new ArrayList<>(withoutDefault);
    resolved.fieldNames().forEachRemaining(known::add);
    return known;
  }

  /** What was read, defaults included, in the order in which it was asked for. */
  public ObjectNode resolved() {
    return resolved;
  }
}
