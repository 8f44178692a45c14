package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of one command. Two cells whose settings are equal, with equal steps before, share it.
 *
 * @param name in the study's file
 * @param settings options by name, with {@code {NAME}} for the folder of another step; of {@code
 *     train} the configuration under {@code config}
 * @param needs the steps that {@code settings} name
 * @param key of its content: the settings and, in place of names, the keys of those steps
 */
record Step(String name, StepKind kind, ObjectNode settings, Map<String, Step> needs, String key) {
  static final Pattern REFERENCE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_-]*)\\}");

  /** Of its folder and of the files beside it. */
  String id() {
    return name + "-" + key;
  }

  /** A copy of settings in which each {@code {NAME}} is replaced. */
  static JsonNode replace(JsonNode settings, UnaryOperator<String> names) {
    if (settings.isTextual()) {
      return TextNode.valueOf(
          REFERENCE
              .matcher(settings.asText())
              .replaceAll(found -> Matcher.quoteReplacement(names.apply(found.group(1)))));
    }
    JsonNode copy = settings.deepCopy();
    if (copy instanceof ObjectNode map) {
      map.properties().forEach(entry -> entry.setValue(replace(entry.getValue(), names)));
    } else if (copy instanceof com.fasterxml.jackson.databind.node.ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        list.set(i, replace(list.get(i), names));
      }
    }
    return copy;
  }
}
