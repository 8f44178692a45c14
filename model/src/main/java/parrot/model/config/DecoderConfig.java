package parrot.model.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The decoder, a Qwen2.
 *
 * @param hiddenSize width of a token, also of the projected visual tokens
 * @param intermediateSize width of the feed-forward part
 * @param numHiddenLayers layers
 * @param numAttentionHeads query heads; divides {@code hiddenSize}
 * @param numKeyValueHeads key and value heads; divides {@code numAttentionHeads}
 * @param vocabSize rows of the embedding and of the head
 * @param rmsNormEps added to mean squares
 * @param ropeTheta base of the rotary embedding
 * @param tieWordEmbeddings whether the head is the embedding
 * @param maxPositionEmbeddings longest sequence
 */
public record DecoderConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int vocabSize,
    double rmsNormEps,
    double ropeTheta,
    boolean tieWordEmbeddings,
    int maxPositionEmbeddings) {

  static DecoderConfig of(StrictMap keys) {
    keys.oneOf("hidden_act", "silu", List.of("silu"));
    keys.refuse("rope_scaling", "null");
    keys.refuse("quantization_config", "absent");
    if (keys.flag("use_sliding_window", false)) {
      throw keys.invalid("use_sliding_window", true, "false");
    }
    int hidden = keys.positive("hidden_size");
    int heads = heads(keys, hidden);
    checkHeadSize(keys, hidden / heads);
    return new DecoderConfig(
        hidden,
        keys.positive("intermediate_size"),
        keys.positive("num_hidden_layers"),
        heads,
        keyValueHeads(keys, heads),
        keys.positive("vocab_size"),
        keys.positiveNumber("rms_norm_eps", 1e-6),
        keys.positiveNumber("rope_theta", 10000),
        keys.flag("tie_word_embeddings", false),
        keys.positive("max_position_embeddings", 32768));
  }

  private static int heads(StrictMap keys, int hidden) {
    int heads = keys.positive("num_attention_heads");
    if (hidden % heads != 0) {
      throw keys.invalid("num_attention_heads", heads, "a divisor of hidden_size, " + hidden);
    }
    if (hidden / heads % 2 != 0) {
      throw keys.invalid(
          "num_attention_heads",
          heads,
          "such that a head has an even size, hidden_size is " + hidden);
    }
    return heads;
  }

  private static int keyValueHeads(StrictMap keys, int heads) {
    int keyValueHeads = keys.positive("num_key_value_heads", heads);
    if (heads % keyValueHeads != 0) {
      throw keys.invalid(
          "num_key_value_heads", keyValueHeads, "a divisor of num_attention_heads, " + heads);
    }
    return keyValueHeads;
  }

  private static void checkHeadSize(StrictMap keys, int computed) {
    int headSize = keys.positive("head_dim", computed);
    if (headSize != computed) {
      throw keys.invalid("head_dim", headSize, "hidden_size / num_attention_heads, " + computed);
    }
  }

  /** Values of one attention head. */
  public int headSize() {
    return hiddenSize / numAttentionHeads;
  }

  /** Width of keys and of values. */
  public int keyValueSize() {
    return headSize() * numKeyValueHeads;
  }

  void writeTo(ObjectNode json) {
    json.put("hidden_act", "silu");
    json.put("hidden_size", hiddenSize);
    json.put("intermediate_size", intermediateSize);
    json.put("num_hidden_layers", numHiddenLayers);
    json.put("num_attention_heads", numAttentionHeads);
    json.put("num_key_value_heads", numKeyValueHeads);
    json.put("vocab_size", vocabSize);
    json.put("rms_norm_eps", rmsNormEps);
    json.put("rope_theta", ropeTheta);
    json.put("tie_word_embeddings", tieWordEmbeddings);
    json.put("max_position_embeddings", maxPositionEmbeddings);
  }
}
