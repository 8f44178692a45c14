package parrot.datasets.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;

/** What a file is that begins with an object but is not JSON lines. */
final class ObjectFile {
  private static final Set<String> TURNS = Set.of("conversations", "conversation", "messages");
  private static final long MOST_TOKENS = 1_000_000;

  /**
   * @param words go on from "it is"
   * @param rows whether it holds rows
   */
  record Kind(String words, boolean rows) {}

  private final JsonParser parser;
  private long tokens;

  private ObjectFile(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * Looks at a text that begins with an object; empty if that is a row on one line, or not JSON.
   */
  static Optional<Kind> of(InputStream in) {
    try (JsonParser parser = RowJson.MAPPER.createParser(in)) {
      return new ObjectFile(parser).kind();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private JsonToken next() throws IOException {
    return tokens++ < MOST_TOKENS ? parser.nextToken() : null;
  }

  private Optional<Kind> kind() throws IOException {
    if (next() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    int firstLine = parser.currentLocation().getLineNr();
    boolean row = false;
    JsonToken token = next();
    for (; token == JsonToken.FIELD_NAME; token = next()) {
      String key = parser.currentName();
      JsonToken value = next();
      row |= TURNS.contains(key);
      boolean turns = value != null && value.isStructStart() && holdsTurns();
      if (turns && !row) {
        return Optional.of(
            value == JsonToken.START_ARRAY
                ? new Kind(
                    "one JSON object that holds the rows under '"
                        + RowJson.printable(key)
                        + "'; write that list alone",
                    true)
                : new Kind(
                    "one JSON object that holds each row under a key; write a list of the rows",
                    true));
      }
    }
    boolean lines = parser.currentLocation().getLineNr() > firstLine;
    boolean several = token == JsonToken.END_OBJECT && next() != null;
    if (lines) {
      return Optional.of(
          several
              ? new Kind(
                  "JSON objects over several lines, not JSON lines; write each on one line", true)
              : new Kind(
                  "one JSON object over several lines, not JSON lines"
                      + (row ? "; write it on one line" : ""),
                  row));
    }
    return row || several
        ? Optional.empty()
        : Optional.of(new Kind("one JSON object without turns", false));
  }

  /** Reads to the end of the object or list that has begun. */
  private boolean holdsTurns() throws IOException {
    for (int depth = 1; depth > 0; ) {
      JsonToken token = next();
      if (token == null) {
        break;
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (token == JsonToken.FIELD_NAME && TURNS.contains(parser.currentName())) {
        return true;
      }
    }
    return false;
  }
}
