package parrot.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import parrot.datasets.UsageException;

/**
 * YAML as a tree, with aliases ({@code *name}) and merges ({@code <<}) followed, and without the
 * keys at the top that begin with {@code x-}: they hold what is referred to. SnakeYAML gives the
 * structure; what a scalar means is left to Jackson, which does not take a date for a date.
 */
public final class ConfigText {
  private static final YAMLMapper SCALARS = new YAMLMapper();

  private final ObjectMapper scalars;
  private final String what;
  private final List<Node> open = new ArrayList<>();

  /**
   * @param scalars reads numbers, true, false and null
   * @param what is read, for messages
   */
  ConfigText(ObjectMapper scalars, String what) {
    this.scalars = scalars;
    this.what = what;
  }

  /**
   * Reads a text.
   *
   * @param what is read, for messages
   * @return a missing node if it is empty
   * @throws UsageException with the line of what cannot be read
   */
  public static JsonNode parse(String yaml, String what) {
    return new ConfigText(SCALARS, what).read(yaml);
  }

  /**
   * Reads a text.
   *
   * @return a missing node if it is empty
   * @throws UsageException with the line of what cannot be read
   */
  JsonNode read(String yaml) {
    String text = yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml;
    requireText(text);
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
      return root == null ? JsonNodeFactory.instance.missingNode() : withoutAnchors(json(root));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      Optional<Integer> tab = tabBefore(text, line);
      String problem = e.getProblem() == null ? e.getMessage() : e.getProblem();
      if (problem.contains("another document")) {
        problem = "a second document begins (a file has one: delete the --- between them)";
      }
      throw refuse(
          tab.orElse(line),
          tab.isPresent() ? "it is indented with a tab (YAML takes spaces alone)" : problem,
          e);
    } catch (YAMLException e) {
      throw new UsageException(
          "Cannot read " + what + ": " + String.valueOf(e.getMessage()).lines().findFirst().get(),
          e);
    }
  }

  private void requireText(String text) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).indexOf('\uFFFD') >= 0 || lines.get(i).indexOf('\0') >= 0) {
        throw refuse(i + 1, "it is not text in UTF-8 (save the file as UTF-8)", null);
      }
    }
  }

  /** A key at the top that begins with x- only holds what aliases and merges refer to. */
  private static JsonNode withoutAnchors(JsonNode root) {
    if (root instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      names.stream().filter(name -> name.startsWith("x-")).forEach(object::remove);
    }
    return root;
  }

  private static Optional<Integer> tabBefore(String text, int line) {
    List<String> lines = text.lines().toList();
    return IntStream.rangeClosed(1, Math.min(line, lines.size()))
        .filter(number -> lines.get(number - 1).matches("[ ]*\t\\s*\\S.*"))
        .boxed()
        .findFirst();
  }

  private UsageException refuse(int line, String reason, Exception cause) {
    return new UsageException("Cannot read " + what + ", line " + line + ": " + reason, cause);
  }

  private UsageException refuse(Node node, String reason) {
    return refuse(node.getStartMark().getLine() + 1, reason, null);
  }

  private JsonNode json(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar);
    }
    if (open.stream().anyMatch(outer -> outer == node)) {
      throw refuse(node, "an alias stands inside what it names");
    }
    open.add(node);
    try {
      return node instanceof SequenceNode sequence ? array(sequence) : object((MappingNode) node);
    } finally {
      open.remove(open.size() - 1);
    }
  }

  private JsonNode scalar(ScalarNode node) {
    String value = node.getValue();
    if (node.getScalarStyle() != ScalarStyle.PLAIN) {
      return TextNode.valueOf(value);
    }
    if (value.isEmpty()) {
      return NullNode.instance;
    }
    try {
      JsonNode read = scalars.readTree(value);
      return read.isNumber() || read.isBoolean() || read.isNull() ? read : TextNode.valueOf(value);
    } catch (IOException e) {
      return TextNode.valueOf(value); // a text that is plain where it stands, and not alone
    }
  }

  private ArrayNode array(SequenceNode node) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    node.getValue().forEach(element -> array.add(json(element)));
    return array;
  }

  private ObjectNode object(MappingNode node) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    List<Node> merged = new ArrayList<>();
    for (NodeTuple entry : node.getValue()) {
      if (entry.getKeyNode().getTag().equals(Tag.MERGE)) {
        merged.add(entry.getValueNode());
        continue;
      }
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw refuse(entry.getKeyNode(), "a key must be a word");
      }
      if (object.has(key.getValue())) {
        throw refuse(key, "duplicate key " + key.getValue());
      }
      object.set(key.getValue(), json(entry.getValueNode()));
    }
    merged.forEach(value -> merge(object, value));
    return object;
  }

  /** What is there already wins. */
  private void merge(ObjectNode object, Node value) {
    JsonNode merged = json(value);
    if (!merged.isObject() && !merged.isArray()) {
      throw refuse(value, "<< takes a mapping, or a list of them (as <<: *name)");
    }
    for (JsonNode each : merged.isArray() ? merged : List.of(merged)) {
      if (!each.isObject()) {
        throw refuse(value, "<< takes a mapping, or a list of them (as <<: *name)");
      }
      each.fields().forEachRemaining(field -> object.putIfAbsent(field.getKey(), field.getValue()));
    }
  }
}
