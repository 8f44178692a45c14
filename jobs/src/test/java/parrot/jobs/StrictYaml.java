package parrot.jobs;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;

/** YAML in which no key stands twice. */
final class StrictYaml {
  private static final ObjectMapper YAML =
      new YAMLMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private StrictYaml() {}

  /** The documents between {@code ---}. */
  static List<JsonNode> documents(String text) throws IOException {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return documents.readAll();
    }
  }

  static JsonNode only(String text) throws IOException {
    List<JsonNode> documents = documents(text);
    if (documents.size() != 1) {
      throw new AssertionError("one document expected, not " + documents.size());
    }
    return documents.get(0);
  }
}
