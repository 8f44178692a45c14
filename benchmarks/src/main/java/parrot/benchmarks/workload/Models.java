package parrot.benchmarks.workload;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;

/** The configurations that are measured. */
public final class Models {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Models() {}

  /** A decoder alone; the vision encoder is as small as it can be and never computes. */
  public static ParrotConfig decoder() {
    ObjectNode json = decoder(1024, 4, 16, 2816, 32000);
    return of(withExperts(json, 0, 0), vision(64, 64, 2, 1, 28, 14));
  }

  /** A mid-size Parrot. */
  public static ParrotConfig instruct() {
    ObjectNode json = decoder(1024, 8, 16, 2816, 32000);
    return of(withExperts(json, 6, 1024), vision(768, 3072, 12, 12, 224, 14));
  }

  /** CLIP ViT-L/14-336 before Qwen1.5-0.5B, with six experts. */
  public static ParrotConfig realSize() {
    ObjectNode json = decoder(1024, 24, 16, 2816, 151936);
    json.put("tie_word_embeddings", true);
    return of(withExperts(json, 6, 4096), vision(1024, 4096, 24, 16, 336, 14));
  }

  /** A Parrot of a few thousand parameters that has every part. */
  public static ParrotConfig tiny() {
    ObjectNode json = decoder(32, 2, 4, 48, 61);
    return of(withExperts(json, 3, 40), vision(24, 40, 3, 2, 28, 14));
  }

  /**
   * A decoder for the quickstart's shards, of which only the number of parameters matters.
   *
   * @param between width of the feed-forward layers
   */
  public static ParrotConfig sized(int width, int layers, int between) {
    ObjectNode json = decoder(width, layers, width / 64, between, 2048);
    json.put("tie_word_embeddings", true);
    return of(withExperts(json, 0, 0), vision(64, 64, 2, 1, 56, 14));
  }

  private static ParrotConfig of(ObjectNode json, VisionConfig vision) {
    json.put("mm_hidden_size", vision.hiddenSize());
    return ParrotConfig.of(json, vision, "the benchmark");
  }

  private static ObjectNode decoder(int width, int layers, int heads, int between, int vocabulary) {
    return JSON.createObjectNode()
        .put("model_type", "parrot_qwen2")
        .put("hidden_size", width)
        .put("intermediate_size", between)
        .put("num_hidden_layers", layers)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", heads)
        .put("vocab_size", vocabulary)
        .put("rms_norm_eps", 1e-6)
        .put("rope_theta", 1e6)
        .put("tie_word_embeddings", false)
        .put("max_position_embeddings", 8192)
        .put("tokenizer_model_max_length", 8192)
        .put("mm_projector_type", "mlp2x_gelu")
        .put("mm_vision_select_layer", -2)
        .put("mm_vision_select_feature", "cls_patch")
        .put("mm_vision_tower", "vision")
        .put("torch_dtype", "bfloat16");
  }

  private static ObjectNode withExperts(ObjectNode json, int experts, int between) {
    json.put("use_moe", experts > 0).put("num_experts", experts).put("moe_weight", 0.1);
    if (experts > 0) {
      json.put("moe_intermediate_size", between).put("moe_top_k", experts);
    }
    return json;
  }

  private static VisionConfig vision(
      int width, int between, int layers, int heads, int image, int patch) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("model_type", "clip_vision_model")
            .put("hidden_size", width)
            .put("intermediate_size", between)
            .put("num_hidden_layers", layers)
            .put("num_attention_heads", heads)
            .put("image_size", image)
            .put("patch_size", patch)
            .put("hidden_act", "quick_gelu");
    return VisionConfig.of(json, "the benchmark");
  }
}
