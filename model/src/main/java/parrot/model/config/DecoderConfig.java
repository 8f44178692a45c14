package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The decoder, a Qwen2 or a Qwen3.
 *
 * @param family which of them
 * @param hiddenSize width of a token, also of the projected visual tokens
 * @param intermediateSize width of the feed-forward part
 * @param numHiddenLayers layers
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key and value heads; divides {@code numAttentionHeads}
 * @param headSize values of one attention head
 * @param vocabSize rows of the embedding and of the head
 * @param rmsNormEps added to mean squares
 * @param rotary the rotary embedding
 * @param useSlidingWindow whether the file asks for a window, which then is as long as the longest
 *     sequence at least
 * @param tieWordEmbeddings whether the head is the embedding
 * @param maxPositionEmbeddings longest sequence
 */
public record DecoderConfig(
    DecoderFamily family,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headSize,
    int vocabSize,
    double rmsNormEps,
    RotaryConfig rotary,
    boolean useSlidingWindow,
    boolean tieWordEmbeddings,
    int maxPositionEmbeddings) {
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";
  private static final int USUAL_WINDOW = 4096;
  private static final int USUAL_FULL_LAYERS = 28;

  /**
   * Reads the configuration of a language model, or of the decoder inside a Parrot.
   *
   * @param longest sequences are cut to this
   * @param where named in messages
   * @throws parrot.model.ModelException naming key, value and rule
   */
  public static DecoderConfig of(JsonNode json, int longest, String where) {
    ConfigSource source = ConfigSource.published(where);
    StrictMap keys = new StrictMap(NestedConfig.flat(json, source), source);
    String type = keys.oneOf("model_type", DecoderFamily.all());
    DecoderFamily family = DecoderFamily.of(type);
    if (type.equals(family.parrot())) {
      return of(keys, family, longest);
    }
    DecoderConfig decoder = of(keys, family, Math.min(longest, positions(keys)));
    keys.given("torch_dtype");
    keys.given("dtype");
    keys.others(HarmlessKeys.OF_PARROT);
    return decoder;
  }

  /**
   * Reads the decoder's keys. Absent ones have the defaults of transformers' {@code Qwen2Config}
   * and {@code Qwen3Config}.
   *
   * @param longest sequences are cut to this
   */
  static DecoderConfig of(StrictMap keys, DecoderFamily family, int longest) {
    keys.oneOf("hidden_act", "silu", List.of("silu", "swish"));
    keys.refuse("quantization_config", "absent; convert the weights to a floating-point type");
    checkBiases(keys, family);
    int layers = keys.parts("num_hidden_layers");
    boolean sliding = keys.flag("use_sliding_window", false);
    checkWindow(keys.aside(), sliding, layers, longest);
    int positions = positions(keys);
    int hidden = keys.positive("hidden_size");
    int heads = keys.positive("num_attention_heads");
    int headSize = headSize(keys, family, hidden, heads);
    return new DecoderConfig(
        family,
        hidden,
        keys.positive("intermediate_size"),
        layers,
        heads,
        keyValueHeads(keys, heads),
        headSize,
        keys.positive("vocab_size"),
        keys.positiveNumber("rms_norm_eps", 1e-6),
        RotaryConfig.of(keys, positions, longest),
        sliding,
        keys.flag("tie_word_embeddings", false),
        positions);
  }

  static int positions(StrictMap keys) {
    return keys.positive("max_position_embeddings", 32768);
  }

  /** Biases of query, key and value are part of a Qwen2, as their absence is of a Qwen3. */
  private static void checkBiases(StrictMap keys, DecoderFamily family) {
    boolean biases = family.biases();
    for (String key : List.of("attention_bias", "qkv_bias")) {
      if (keys.given(key) && keys.flag(key, biases) != biases) {
        String rule = "%s, as a %s's query, key and value have %s";
        throw keys.invalid(
            key, !biases, rule.formatted(biases, family, biases ? "biases" : "no biases"));
      }
    }
  }

  /** A window that is shorter than a sequence is refused; a longer one changes nothing. */
  private static void checkWindow(StrictMap keys, boolean asked, int layers, int longest) {
    List<String> types = keys.texts("layer_types");
    for (String type : types) {
      if (!type.equals(FULL) && !type.equals(SLIDING)) {
        throw keys.invalid("layer_types", type, FULL + " or " + SLIDING);
      }
    }
    if (!types.isEmpty() && types.size() != layers) {
      throw keys.invalid("layer_types", types, "one for each of num_hidden_layers, " + layers);
    }
    boolean slides =
        types.isEmpty()
            ? asked && keys.wholeInt("max_window_layers", USUAL_FULL_LAYERS, 0) < layers
            : types.contains(SLIDING);
    int window = slides ? keys.positive("sliding_window", USUAL_WINDOW) : longest;
    if (window < longest) {
      throw keys.invalid(
          "sliding_window",
          window,
          "at least the length that sequences are cut to, %d: %s asks for attention within a window, which is not computed here"
              .formatted(longest, types.isEmpty() ? "use_sliding_window" : "layer_types"));
    }
  }

  /** A Qwen3 chooses it; of a Qwen2 it is what the heads share. */
  private static int headSize(StrictMap keys, DecoderFamily family, int hidden, int heads) {
    if (family == DecoderFamily.QWEN3) {
      int headSize = keys.positive("head_dim", 128);
      if (headSize % 2 != 0) {
        throw keys.invalid("head_dim", headSize, "an even number");
      }
      return headSize;
    }
    if (hidden % heads != 0) {
      throw keys.invalid("num_attention_heads", heads, "a divisor of hidden_size, " + hidden);
    }
    int shared = hidden / heads;
    if (shared % 2 != 0) {
      throw keys.invalid(
          "num_attention_heads",
          heads,
          "such that a head has an even size, hidden_size is " + hidden);
    }
    int headSize = keys.positive("head_dim", shared);
    if (headSize != shared) {
      throw keys.invalid("head_dim", headSize, "hidden_size / num_attention_heads, " + shared);
    }
    return shared;
  }

  private static int keyValueHeads(StrictMap keys, int heads) {
    int keyValueHeads = keys.positive("num_key_value_heads", heads);
    if (heads % keyValueHeads != 0) {
      throw keys.invalid(
          "num_key_value_heads", keyValueHeads, "a divisor of num_attention_heads, " + heads);
    }
    return keyValueHeads;
  }

  /** Width of queries. */
  public int querySize() {
    return headSize * numAttentionHeads;
  }

  /** Width of keys and of values. */
  public int keyValueSize() {
    return headSize * numKeyValueHeads;
  }

  /**
   * How another configuration asks for another decoder; empty if it computes the same.
   *
   * @return each key with both values, as {@code rope_theta (got 10000.0, expected 1000000.0)}
   */
  public List<String> contradictions(DecoderConfig other) {
    Map<String, Object> got = other.computed();
    return computed().entrySet().stream()
        .filter(key -> !key.getValue().equals(got.get(key.getKey())))
        .map(
            key ->
                "%s (got %s, expected %s)"
                    .formatted(key.getKey(), got.get(key.getKey()), key.getValue()))
        .toList();
  }

  /** What decides the computation, by published key. */
  private Map<String, Object> computed() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("model_type", family.published());
    keys.put("hidden_size", hiddenSize);
    keys.put("intermediate_size", intermediateSize);
    keys.put("num_hidden_layers", numHiddenLayers);
    keys.put("num_attention_heads", numAttentionHeads);
    keys.put("num_key_value_heads", numKeyValueHeads);
    keys.put("head_dim", headSize);
    keys.put("vocab_size", vocabSize);
    keys.put("rms_norm_eps", rmsNormEps);
    keys.put("rope_theta", rotary.theta());
    keys.put("rope_scaling", rotary.plain() ? "none" : rotary.scaling());
    keys.put("tie_word_embeddings", tieWordEmbeddings);
    return keys;
  }

  void writeTo(ObjectNode json) {
    json.put("hidden_act", "silu");
    json.put("hidden_size", hiddenSize);
    json.put("intermediate_size", intermediateSize);
    json.put("num_hidden_layers", numHiddenLayers);
    json.put("num_attention_heads", numAttentionHeads);
    json.put("num_key_value_heads", numKeyValueHeads);
    if (family == DecoderFamily.QWEN3) {
      json.put("head_dim", headSize);
    }
    json.put("vocab_size", vocabSize);
    json.put("rms_norm_eps", rmsNormEps);
    rotary.writeTo(json);
    if (useSlidingWindow) {
      json.put("use_sliding_window", true);
    }
    json.put("tie_word_embeddings", tieWordEmbeddings);
    json.put("max_position_embeddings", maxPositionEmbeddings);
  }
}
