package parrot.datasets.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import parrot.datasets.DataException;

/**
 * The list of turns in what tables make of it: JSON in a text, or, where a list of objects becomes
 * an object of lists, {@code {from: [...], value: [...]}}.
 */
final class TurnList {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private TurnList() {}

  /**
   * The list; {@code value} itself if there is none in it.
   *
   * @throws DataException if a text in it has half of a surrogate pair
   */
  static JsonNode of(JsonNode value, RecordFormat format) {
    if (value.isTextual()) {
      JsonNode inside = parsed(value.textValue());
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(inside.toString())) {
        throw new DataException(
            "The JSON in a text holds half of a character, one \\uD800 to \\uDFFF without the other (was a text cut in the middle of an emoji? remove it)");
      }
      return inside.isArray() ? inside : value;
    }
    return value.isObject() ? columns(value, format.speaker(), format.text()) : value;
  }

  private static JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static JsonNode columns(JsonNode object, List<String> speakers, List<String> texts) {
    RecordFields fields = new RecordFields(object);
    String speaker = fields.key(speakers).orElse("");
    String text = fields.key(texts).orElse("");
    JsonNode who = object.path(speaker);
    JsonNode what = object.path(text);
    if (object.size() != 2 || !who.isArray() || !what.isArray() || who.size() != what.size()) {
      return object;
    }
    ArrayNode turns = JSON.createArrayNode();
    for (int i = 0; i < who.size(); i++) {
      ObjectNode turn = turns.addObject();
      turn.set(speaker, who.get(i));
      turn.set(text, what.get(i));
    }
    return turns;
  }
}
