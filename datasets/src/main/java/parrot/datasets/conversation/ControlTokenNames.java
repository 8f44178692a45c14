package parrot.datasets.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The control tokens of a {@code tokenizer.json}: added tokens that it marks as special, or that
 * are written {@code <|name|>}. Other added tokens are words.
 */
final class ControlTokenNames {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ADDED = "added_tokens";

  private final Set<String> names;
  private final int[] beginnings; // distinct first characters, to pass over most texts quickly

  private ControlTokenNames(Set<String> names) {
    this.names = names;
    this.beginnings = names.stream().mapToInt(name -> name.charAt(0)).distinct().toArray();
  }

  /** Reads the names from the content of a valid {@code tokenizer.json}. */
  static ControlTokenNames of(byte[] json) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode token : read(json).path(ADDED)) {
      if (isControl(token)) {
        names.add(token.path("content").asText());
      }
    }
    return new ControlTokenNames(names);
  }

  private static boolean isControl(JsonNode token) {
    String content = token.path("content").asText();
    return !content.isEmpty()
        && (token.path("special").asBoolean()
            || content.startsWith("<|") && content.endsWith("|>"));
  }

  boolean areIn(String text) {
    for (int beginning : beginnings) {
      if (text.indexOf(beginning) >= 0) {
        return names.stream().anyMatch(text::contains);
      }
    }
    return false;
  }

  /** The {@code tokenizer.json} without its control tokens. */
  byte[] removedFrom(byte[] json) {
    JsonNode root = read(json);
    Iterator<JsonNode> tokens = root.path(ADDED).elements();
    while (tokens.hasNext()) {
      if (isControl(tokens.next())) {
        tokens.remove();
      }
    }
    try {
      return JSON.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
