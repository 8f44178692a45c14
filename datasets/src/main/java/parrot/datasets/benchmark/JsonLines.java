package parrot.datasets.benchmark;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;
import parrot.datasets.storage.StoredStream;

/**
 * A JSON object on each line; its keys are columns, which need not be in every line. Lists are
 * cells of JSON. Blank lines are skipped.
 */
final class JsonLines extends Table {
  static final String EXTENSION = ".jsonl";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final List<String> keys;
  private final BufferedReader in;
  private boolean header = true;
  private int line = 1;

  /** Reads the file once for its keys. */
  JsonLines(FileSystem files, Path path) throws IOException {
    super(path.toString());
    Set<String> all = new LinkedHashSet<>();
    try (BufferedReader first = lines(files, path)) {
      for (String text = first.readLine(); text != null; text = first.readLine()) {
        if (!UnicodeText.isBlank(text)) {
          object(text).fieldNames().forEachRemaining(all::add);
        }
        line++;
      }
    } catch (CharacterCodingException e) {
      throw new DataException(
          "Cannot read %s line %d or after: it is not UTF-8 (convert it)".formatted(name(), line),
          e);
    }
    this.keys = List.copyOf(all);
    this.line = 1;
    this.in = lines(files, path);
  }

  private static BufferedReader lines(FileSystem files, Path path) throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            StoredStream.open(files, path),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private JsonNode object(String text) {
    JsonNode object;
    try {
      object = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new DataException(
          "Cannot read %s line %d: it is not JSON (%s)"
              .formatted(name(), line, e.getOriginalMessage()),
          e);
    }
    if (!object.isObject()) {
      throw new DataException(
          "Cannot read %s line %d: it is not a JSON object (expected one on each line)"
              .formatted(name(), line));
    }
    return object;
  }

  @Override
  List<String> record() throws IOException {
    if (header) {
      header = false;
      return keys.isEmpty() ? null : keys;
    }
    String text = in.readLine();
    if (text == null) {
      return null;
    }
    List<String> cells = new ArrayList<>();
    if (UnicodeText.isBlank(text)) {
      cells = Collections.singletonList(null);
    } else {
      JsonNode object = object(text);
      for (String key : keys) {
        JsonNode value = object.path(key);
        boolean absent = value.isMissingNode() || value.isNull();
        cells.add(absent ? null : value.isContainerNode() ? value.toString() : value.asText());
      }
    }
    line++;
    return cells;
  }

  @Override
  int line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
