package parrot.benchmarks.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.UsageException;
import parrot.datasets.storage.Digests;

/** The steps of one cell, made from its settings as they are asked for. */
final class CellSteps {
  /** Stands for the pretrained parts that come with the program. */
  static final String PARTS = "parts";

  private static final String RUN = "run";
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final int KEY_LETTERS = 12;
  private static final ObjectMapper CANONICAL =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final ObjectNode steps;
  private final Map<String, String> constants;
  private final String parts;
  private final Map<String, Step> made = new LinkedHashMap<>();
  private final Set<String> open = new LinkedHashSet<>();

  /**
   * @param steps settings by name
   * @param constants what stands for {@code {NAME}} beside steps: the seed, and the value of each
   *     axis
   * @param parts tells the pretrained parts from others, as part of a step's key
   */
  CellSteps(ObjectNode steps, Map<String, String> constants, String parts) {
    this.steps = steps;
    this.constants = constants;
    this.parts = parts;
  }

  /**
   * A step with all that it needs.
   *
   * @throws UsageException if there is none of that name, its command is unknown, or steps need
   *     each other in a circle
   */
  Step step(String name) {
    Step known = made.get(name);
    if (known != null) {
      return known;
    }
    if (!(steps.get(name) instanceof ObjectNode settings)) {
      Set<String> names = new TreeSet<>(constants.keySet());
      names.add(PARTS);
      steps.fieldNames().forEachRemaining(names::add);
      throw new UsageException(
          "Invalid steps: {%s} names nothing (must be one of %s)".formatted(name, names));
    }
    if (!open.add(name)) {
      throw new UsageException("Invalid steps: %s need each other in a circle".formatted(open));
    }
    Step step = make(name, (ObjectNode) filled(settings.deepCopy()));
    open.remove(name);
    made.put(name, step);
    return step;
  }

  private Step make(String name, ObjectNode settings) {
    String command = settings.path(RUN).asText();
    StepKind kind =
        StepKind.of(command)
            .orElseThrow(
                () ->
                    new UsageException(
                        "Invalid steps.%s.run: %s (must be one of %s)"
                            .formatted(name, command, StepKind.commands())));
    settings.remove(RUN);
    if (kind == StepKind.TRAIN && !(settings.get("config") instanceof ObjectNode)) {
      throw new UsageException(
          "Invalid steps.%s.config: %s (must be a training configuration)"
              .formatted(name, settings.path("config")));
    }
    Map<String, Step> needs = new LinkedHashMap<>();
    Matcher references = Step.REFERENCE.matcher(settings.toString());
    while (references.find()) {
      if (!references.group(1).equals(PARTS)) {
        needs.put(references.group(1), step(references.group(1)));
      }
    }
    JsonNode content =
        Step.replace(settings, other -> other.equals(PARTS) ? parts : needs.get(other).key());
    return new Step(name, kind, settings, needs, key(kind, content));
  }

  /** With the cell's constants in their places; a whole number that stands alone is a number. */
  private JsonNode filled(JsonNode node) {
    if (node instanceof ObjectNode map) {
      map.properties().forEach(entry -> entry.setValue(filled(entry.getValue())));
      return map;
    }
    JsonNode full = Step.replace(node, name -> constants.getOrDefault(name, "{" + name + "}"));
    boolean number = !full.equals(node) && WHOLE.matcher(full.asText()).matches();
    return number ? LongNode.valueOf(full.asLong()) : full;
  }

  private static String key(StepKind kind, JsonNode content) {
    try {
      String text =
          kind.command()
              + CANONICAL.writeValueAsString(CANONICAL.treeToValue(content, Object.class));
      return Digests.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, KEY_LETTERS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
