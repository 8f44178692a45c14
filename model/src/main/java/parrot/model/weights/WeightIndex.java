package parrot.model.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/**
 * Which file holds which tensor.
 *
 * @param name of the index
 * @param owners names of files, by stored name of a tensor
 */
record WeightIndex(String name, Map<String, String> owners) {
  private static final String ENDING = ".index.json";

  /** The index of a file's shards. */
  static String of(String single) {
    return single + ENDING;
  }

  static boolean isIndex(String name) {
    return name.endsWith(ENDING);
  }

  /** The name of the file that would hold everything. */
  String single() {
    return name.substring(0, name.length() - ENDING.length());
  }

  Set<String> files() {
    return new TreeSet<>(owners.values());
  }

  /**
   * @throws ModelException if it is not an index, or names files outside of its folder
   */
  static WeightIndex read(Path index, Configuration configuration) throws IOException {
    JsonNode map;
    FileSystem fileSystem = index.getFileSystem(configuration);
    try (FSDataInputStream stream = fileSystem.open(index)) {
      FileStart.of(stream, fileSystem.getFileStatus(index).getLen()).refuseOthers(index);
      map = new ObjectMapper().readTree(stream).path("weight_map");
    } catch (JsonProcessingException e) {
      throw new ModelException(
          "Cannot read " + index + ": not valid JSON (" + ConfigFile.reason(e) + "); get it again",
          e);
    }
    if (!map.isObject() || map.isEmpty()) {
      throw new ModelException("Cannot read " + index + ": it has no weight_map");
    }
    Map<String, String> owners = new LinkedHashMap<>();
    map.fields()
        .forEachRemaining(
            entry -> {
              String file = entry.getValue().asText();
              if (file.isBlank() || file.contains("/")) {
                throw new ModelException(
                    "Cannot read "
                        + index
                        + ": shard "
                        + entry.getValue()
                        + " (must be the name of a file in the same folder)");
              }
              owners.put(entry.getKey(), file);
            });
    return new WeightIndex(index.getName(), owners);
  }
}
