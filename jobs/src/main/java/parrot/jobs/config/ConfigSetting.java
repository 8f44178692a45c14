package parrot.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.UsageException;

/**
 * A value for one key, as {@code --set} gives it.
 *
 * @param text as given, {@code data[0].folder=shards/a}
 * @param steps names and indices on the way to the value
 * @param value as YAML
 */
record ConfigSetting(String text, List<String> steps, String value) {
  private static final Pattern NAME = Pattern.compile("([^\\[\\]]+)((?:\\[\\d{1,4}])*)");

  /** What a text in a list of mappings stands for. */
  private static final String TEXT_KEY = "folder";

  /**
   * @throws UsageException if it is not {@code KEY=VALUE}
   */
  static ConfigSetting of(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new UsageException(
          "Invalid --set " + text + " (must be KEY=VALUE, as seed=1 or data[0].weight=2)");
    }
    List<String> steps =
        Arrays.stream(text.substring(0, equals).strip().split("\\.", -1))
            .flatMap(name -> steps(text, name))
            .toList();
    return new ConfigSetting(text, steps, text.substring(equals + 1));
  }

  private static java.util.stream.Stream<String> steps(String text, String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new UsageException(
          "Invalid --set " + text + " (a key is a name, or a name and an index, as data[0])");
    }
    return Arrays.stream((matcher.group(1) + matcher.group(2)).split("(?=\\[)"));
  }

  /** Sets it in a configuration; mappings on the way are made. */
  void into(ObjectNode root, JsonNode read) {
    Iterator<String> rest = steps.iterator();
    root.set(steps.get(0), with(root.get(rest.next()), rest, read));
  }

  /** A node with the value set in it. */
  private JsonNode with(JsonNode node, Iterator<String> rest, JsonNode read) {
    if (!rest.hasNext()) {
      return read;
    }
    String step = rest.next();
    if (step.startsWith("[")) {
      return element(node, Integer.parseInt(step.substring(1, step.length() - 1)), rest, read);
    }
    ObjectNode object =
        node instanceof ObjectNode there ? there : JsonNodeFactory.instance.objectNode();
    if (node != null && node.isTextual()) {
      object.set(TEXT_KEY, node);
    }
    object.set(step, with(object.get(step), rest, read));
    return object;
  }

  private ArrayNode element(JsonNode node, int index, Iterator<String> rest, JsonNode read) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    if (node instanceof ArrayNode list) {
      array.addAll(list);
    } else if (node != null && !node.isNull()) {
      array.add(node); // a single element counts as a list of one
    }
    if (index > array.size()) {
      throw new UsageException(
          "Invalid --set "
              + text
              + " (the list has "
              + array.size()
              + " elements, counted from 0; the next to add is ["
              + array.size()
              + "])");
    }
    JsonNode element = with(array.get(index), rest, read);
    return index == array.size() ? array.add(element) : setAt(array, index, element);
  }

  private static ArrayNode setAt(ArrayNode array, int index, JsonNode element) {
    array.set(index, element);
    return array;
  }
}
