package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import parrot.datasets.UsageException;

/**
 * A study's file on top of the file that its key {@code base} names, and so on. Aliases and merges
 * are followed; a key that stands twice is refused.
 */
final class StudyYaml {
  private static final String AXES = "axes";
  private static final String SMOKE = "smoke";
  private static final ObjectMapper JSON = new ObjectMapper();

  private StudyYaml() {}

  /**
   * @param smoke whether the sections {@code smoke} make it small
   * @throws UsageException if there is no such file or section, or no mapping in YAML
   */
  static ObjectNode read(Path file, boolean smoke) {
    List<ObjectNode> files = new ArrayList<>(); // the file first, its bases behind
    Set<Path> seen = new HashSet<>();
    for (Path next = file; next != null; ) {
      if (!seen.add(next.toAbsolutePath().normalize())) {
        throw new UsageException("Invalid base in %s: files name each other".formatted(next));
      }
      ObjectNode map = parse(next);
      JsonNode base = map.remove("base");
      files.add(map);
      next = base == null ? null : next.resolveSibling(base.asText());
    }
    Collections.reverse(files);
    List<ObjectNode> small = new ArrayList<>();
    ObjectNode whole = JSON.createObjectNode();
    for (ObjectNode map : files) {
      if (map.remove(SMOKE) instanceof ObjectNode changes) {
        small.add(changes);
      }
      whole = over(whole, map);
    }
    if (smoke && small.isEmpty()) {
      throw new UsageException("Cannot make %s small: it has no section smoke".formatted(file));
    }
    for (ObjectNode changes : smoke ? small : List.<ObjectNode>of()) {
      whole = over(whole, changes);
    }
    return whole;
  }

  /** Values of axes are replaced as a whole, because nulls in them are changes yet to be made. */
  private static ObjectNode over(ObjectNode base, ObjectNode over) {
    ObjectNode others = over.deepCopy();
    JsonNode axes = others.remove(AXES);
    ObjectNode merged = Patch.merge(base, others);
    if (axes instanceof ObjectNode changed) {
      ObjectNode all = child(merged, AXES);
      for (Map.Entry<String, JsonNode> axis : changed.properties()) {
        if (axis.getValue().isNull()) {
          all.remove(axis.getKey());
        } else {
          ObjectNode values = child(all, axis.getKey());
          for (Map.Entry<String, JsonNode> value : axis.getValue().properties()) {
            if (value.getValue().isNull()) {
              values.remove(value.getKey());
            } else {
              values.set(value.getKey(), value.getValue());
            }
          }
          if (values.isEmpty()) {
            all.remove(axis.getKey());
          }
        }
      }
    }
    return merged;
  }

  private static ObjectNode child(ObjectNode parent, String key) {
    return parent.get(key) instanceof ObjectNode there ? there : parent.putObject(key);
  }

  private static ObjectNode parse(Path file) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      Object tree = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
      if (JSON.valueToTree(tree) instanceof ObjectNode map) {
        return map;
      }
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read %s: %s"
              .formatted(file, Files.exists(file) ? e.getMessage() : "there is no such file"),
          e);
    } catch (YAMLException e) {
      throw new UsageException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
    throw new UsageException("Cannot read %s: it is not a mapping of keys".formatted(file));
  }
}
