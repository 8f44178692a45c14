package parrot.jobs.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import parrot.jobs.evaluate.Query;
import parrot.model.generate.Sampling;

/**
 * Reads the body of a chat completion. What this server does not do is refused by name: a parameter
 * that is silently left out would give another answer than the one asked for.
 */
final class ChatRequestReader {
  /** They ask for nothing that could change an answer. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "user",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "service_tier",
          "store",
          "metadata",
          "verbosity",
          "parallel_tool_calls");

  private static final int MOST_STOPS = 4;
  private static final int MOST_LOG_PROBABILITIES = 20;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE) // images; bodies are limited before
                          .maxNestingDepth(64)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String model;
  private final int defaultMaxNewTokens;

  /**
   * @param model the name that requests must have
   * @param defaultMaxNewTokens of an answer whose request does not say
   */
  ChatRequestReader(String model, int defaultMaxNewTokens) {
    this.model = model;
    this.defaultMaxNewTokens = defaultMaxNewTokens;
  }

  /**
   * @param body JSON in UTF-8
   * @throws ApiException if it is not a request that can be answered
   */
  ChatRequest read(byte[] body) {
    Fields fields = new Fields(parse(body));
    checkModel(fields);
    refuseOthers(fields);
    boolean stream = fields.flag("stream");
    boolean logProbabilities = fields.flag("logprobs");
    int top = fields.integer("top_logprobs", 0, 0, MOST_LOG_PROBABILITIES);
    if (top > 0 && !logProbabilities) {
      throw ApiException.invalid(
          "top_logprobs", null, "Invalid top_logprobs: it needs \"logprobs\": true");
    }
    ChatMessages messages = ChatMessages.read(fields.get("messages"));
    Query query =
        new Query(messages.turns(), messages.image().orElse(null), sampling(fields), stops(fields));
    return new ChatRequest(
        query, maxNewTokens(fields), stream, usage(fields, stream), logProbabilities, top);
  }

  private static JsonNode parse(byte[] body) {
    try {
      JsonNode root = JSON.readTree(body);
      if (root != null && root.isObject()) {
        return root;
      }
      throw ApiException.invalid(
          null, "invalid_json", "Cannot read the request: its body is not a JSON object");
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " (line %d, column %d)"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw ApiException.invalid(
          null,
          "invalid_json",
          "Cannot read the request: its body is not valid JSON: "
              + e.getOriginalMessage()
                  .replaceFirst(" \\(start marker at .*", "") // repeats the body
              + where);
    } catch (IOException e) {
      throw ApiException.invalid(
          null, "invalid_json", "Cannot read the request: its body is not UTF-8 text");
    }
  }

  private void checkModel(Fields fields) {
    String asked = fields.text("model");
    if (!asked.equals(model)) {
      throw ApiException.invalid(
          404,
          "model",
          "model_not_found",
          "There is no model %s here (this server has %s)".formatted(asked, model));
    }
  }

  private static Sampling sampling(Fields fields) {
    double temperature = fields.number("temperature", 1, 0, 2);
    double topP = fields.number("top_p", 1, 0, 1);
    int topK = Math.max(0, fields.integer("top_k", 0, -1, Integer.MAX_VALUE));
    double minP = fields.number("min_p", 0, 0, 1);
    double repetitionPenalty = fields.number("repetition_penalty", 1, 0, 100);
    long seed = fields.whole("seed", ThreadLocalRandom.current().nextLong());
    boolean draws = temperature > 0 && topP > 0;
    try {
      return draws
          ? new Sampling(temperature, topK, topP, minP, repetitionPenalty, seed)
          : new Sampling(0, 0, 1, 0, repetitionPenalty, seed); // only the likeliest is left
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid(null, "invalid_value", e.getMessage());
    }
  }

  private int maxNewTokens(Fields fields) {
    int most = Integer.MAX_VALUE;
    int former = fields.integer("max_tokens", defaultMaxNewTokens, 1, most);
    return fields.integer("max_completion_tokens", former, 1, most);
  }

  private static boolean usage(Fields fields, boolean stream) {
    JsonNode options = fields.get("stream_options");
    if (options == null) {
      return false;
    }
    if (!stream) {
      throw ApiException.invalid(
          "stream_options", null, "Invalid stream_options: they need \"stream\": true");
    }
    if (!options.isObject()) {
      throw ApiException.invalid(
          "stream_options", null, "Invalid stream_options: " + options + " (must be an object)");
    }
    Fields inner = new Fields(options);
    inner.get("include_obfuscation"); // pads chunks against listeners; nothing is padded here
    boolean usage = inner.flag("include_usage");
    inner.refuseUnread("stream_options.");
    return usage;
  }

  private static List<String> stops(Fields fields) {
    JsonNode stop = fields.get("stop");
    List<String> stops = new ArrayList<>();
    if (stop != null) {
      (stop.isArray() ? stop : JSON.createArrayNode().add(stop))
          .forEach(text -> stops.add(text.isTextual() ? text.textValue() : ""));
    }
    if (stops.size() > MOST_STOPS || stops.contains("")) {
      throw ApiException.invalid(
          "stop",
          "invalid_value",
          "Invalid stop: " + stop + " (must be a text, or up to 4 texts; none of them empty)");
    }
    return stops;
  }

  /** Refuses what would change the answer and is not done here. */
  private static void refuseOthers(Fields fields) {
    fields.integer("n", 1, 1, 1);
    fields.number("presence_penalty", 0, 0, 0);
    fields.number("frequency_penalty", 0, 0, 0);
    onlyText(fields.get("response_format"));
    for (Map.Entry<String, JsonNode> empty : fields.list("tools", "functions", "logit_bias")) {
      if (!empty.getValue().isEmpty()) {
        throw unsupported(empty.getKey());
      }
    }
    for (Map.Entry<String, JsonNode> choice : fields.list("tool_choice", "function_call")) {
      if (!List.of("none", "auto").contains(choice.getValue().asText())) {
        throw unsupported(choice.getKey());
      }
    }
    JsonNode modalities = fields.get("modalities");
    if (modalities != null && !modalities.toString().equals("[\"text\"]")) {
      throw unsupported("modalities");
    }
    WITHOUT_EFFECT.forEach(fields::get);
    // Read later; named here so that what is left is unknown.
    List.of("messages", "model", "stream", "stream_options", "logprobs", "top_logprobs", "stop")
        .forEach(fields::get);
    List.of("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed")
        .forEach(fields::get);
    List.of("max_tokens", "max_completion_tokens").forEach(fields::get);
    fields.refuseUnread("");
  }

  private static void onlyText(JsonNode format) {
    if (format != null && !format.path("type").asText().equals("text")) {
      throw ApiException.invalid(
          "response_format",
          "unsupported_parameter",
          "Invalid response_format: %s (must be {\"type\": \"text\"}: answers are not held to JSON)"
              .formatted(format));
    }
  }

  private static ApiException unsupported(String name) {
    return ApiException.invalid(
        name, "unsupported_parameter", "Invalid " + name + ": this server does not do that");
  }

  /** The members of an object, and which of them were read. */
  private static final class Fields {
    private final JsonNode object;
    private final Set<String> unread = new LinkedHashSet<>();

    Fields(JsonNode object) {
      this.object = object;
      for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
        unread.add(names.next());
      }
    }

    /** Null if it is absent or null. */
    JsonNode get(String name) {
      unread.remove(name);
      JsonNode value = object.get(name);
      return value == null || value.isNull() ? null : value;
    }

    /** Those of the names that are there. */
    List<Map.Entry<String, JsonNode>> list(String... names) {
      List<Map.Entry<String, JsonNode>> there = new ArrayList<>();
      for (String name : names) {
        JsonNode value = get(name);
        if (value != null) {
          there.add(Map.entry(name, value));
        }
      }
      return there;
    }

    String text(String name) {
      JsonNode value = get(name);
      if (value == null || !value.isTextual()) {
        throw wrong(name, value, "must be a text");
      }
      return value.textValue();
    }

    boolean flag(String name) {
      JsonNode value = get(name);
      if (value != null && !value.isBoolean()) {
        throw wrong(name, value, "must be true or false");
      }
      return value != null && value.booleanValue();
    }

    double number(String name, double otherwise, double least, double most) {
      JsonNode value = get(name);
      if (value == null) {
        return otherwise;
      }
      double number = value.doubleValue();
      if (!value.isNumber() || !(number >= least && number <= most)) {
        String range = least == most ? "must be " + plain(least) : range(least, most);
        throw wrong(name, value, range);
      }
      return number;
    }

    int integer(String name, int otherwise, int least, int most) {
      long value = whole(name, otherwise);
      if (value < least || value > most) {
        String range = least == most ? "must be " + least : range(least, most);
        throw wrong(name, get(name), range);
      }
      return (int) value;
    }

    long whole(String name, long otherwise) {
      JsonNode value = get(name);
      if (value == null) {
        return otherwise;
      }
      boolean isWhole = value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
      if (!isWhole || !value.canConvertToLong()) {
        throw wrong(name, value, "must be a whole number");
      }
      return value.longValue();
    }

    void refuseUnread(String prefix) {
      for (String name : unread) {
        throw ApiException.invalid(
            prefix + name,
            "unknown_parameter",
            "Unknown parameter: %s%s (remove it, so that nothing is promised that is not done)"
                .formatted(prefix, name));
      }
    }

    private static String range(double least, double most) {
      return most >= Integer.MAX_VALUE
          ? "must be at least " + plain(least)
          : "must be from " + plain(least) + " to " + plain(most);
    }

    private static String plain(double number) {
      return number == Math.rint(number) ? "" + (long) number : "" + number;
    }

    private static ApiException wrong(String name, JsonNode value, String expected) {
      return value == null
          ? ApiException.invalid(name, "missing_required_parameter", "Missing parameter: " + name)
          : ApiException.invalid(
              name,
              "invalid_value",
              "Invalid %s: %s (%s)".formatted(name, shortened(value.toString()), expected));
    }

    private static String shortened(String text) {
      return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
  }
}
