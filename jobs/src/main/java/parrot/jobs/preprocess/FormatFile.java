package parrot.jobs.preprocess;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.datasets.conversation.Role;
import parrot.datasets.record.RecordFormat;
import parrot.datasets.storage.FileSystems;
import parrot.model.config.ConfigSource;
import parrot.model.config.StrictMap;

/** The format that {@code --format} names: one of the known ones, or a YAML file with its keys. */
final class FormatFile {
  private static final long LARGEST = 1 << 20;
  private static final YAMLMapper YAML = new YAMLMapper();

  static {
    YAML.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  }

  private FormatFile() {}

  /**
   * Reads a format.
   *
   * @param format a name, or a file that ends in {@code .yaml} or {@code .yml}
   * @throws UsageException if there is none of the name, or the file cannot be used
   * @throws parrot.datasets.DataException if there is no such file
   */
  static RecordFormat read(String format) throws IOException {
    RecordFormat named = RecordFormat.named().get(format);
    if (named != null) {
      return named;
    }
    if (!format.endsWith(".yaml") && !format.endsWith(".yml")) {
      throw new UsageException(
          "Invalid --format: %s (must be one of %s, or a file with the ending .yaml)"
              .formatted(format, String.join(", ", RecordFormat.named().keySet())));
    }
    Path file = FileSystems.path(format);
    FileSystem files = FileSystems.of(file, new Configuration());
    return parse(FileSystems.readText(files, file, LARGEST), format);
  }

  static RecordFormat parse(String yaml, String name) {
    JsonNode json;
    try {
      json = YAML.readTree(yaml);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new UsageException(
          "Cannot read --format %s: line %d is not YAML".formatted(name, line), e);
    }
    if (json.isMissingNode() || json.isNull()) {
      throw new UsageException("Cannot read --format " + name + ": it is empty");
    }
    StrictMap map =
        new StrictMap(
            json,
            new ConfigSource(
                " in " + name, key -> "Missing key " + key + " in " + name, UsageException::new));
    RecordFormat format = read(map);
    map.refuseOthers();
    return format;
  }

  /** Keys that the file does not name are those of {@link RecordFormat#AUTO}. */
  private static RecordFormat read(StrictMap map) {
    RecordFormat auto = RecordFormat.AUTO;
    boolean pairs = map.has("question") || map.has("answer");
    return new RecordFormat(
        texts(map, "turns", pairs ? List.of() : auto.turns()),
        texts(map, "speaker", auto.speaker()),
        texts(map, "text", auto.text()),
        roles(map.map("roles")),
        texts(map, "question", auto.question()),
        texts(map, "answer", auto.answer()),
        texts(map, "history", auto.history()),
        texts(map, "images", auto.images()),
        texts(map, "system", auto.system()),
        texts(map, "language", auto.language()),
        texts(map, "id", auto.id()),
        texts(map, "ignored", auto.ignored()));
  }

  private static List<String> texts(StrictMap map, String key, List<String> absent) {
    List<String> given = map.texts(key);
    return given.isEmpty() ? absent : given;
  }

  private static Map<String, Role> roles(StrictMap map) {
    Map<String, Role> roles = new TreeMap<>(RecordFormat.AUTO.roles());
    for (Role role : Role.values()) {
      map.texts(role.tag()).forEach(name -> roles.put(name.toLowerCase(Locale.ROOT), role));
    }
    return roles;
  }
}
