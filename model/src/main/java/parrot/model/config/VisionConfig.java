package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import parrot.model.ModelException;
import parrot.model.kernel.Activation;

/**
 * A CLIP vision transformer, as in its published {@code config.json}.
 *
 * @param hiddenSize width of a token
 * @param intermediateSize width between the two layers of the feed-forward part
 * @param numHiddenLayers encoder layers
 * @param numAttentionHeads divides {@code hiddenSize}
 * @param imageSize side of the square image, in pixels
 * @param patchSize side of a patch, in pixels; divides {@code imageSize}
 * @param numChannels 3
 * @param layerNormEps added to variances
 * @param hiddenAct of the feed-forward part
 * @param other keys that change nothing here, written back as they were
 */
public record VisionConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int imageSize,
    int patchSize,
    int numChannels,
    double layerNormEps,
    Activation hiddenAct,
    ObjectNode other) {
  private static final List<String> WITH_VISION =
      Stream.concat(Stream.of("clip"), DecoderFamily.parrots().stream()).toList();

  /**
   * Reads a published CLIP configuration: of a vision model, or the {@code vision_config} of a
   * whole CLIP or Parrot. Absent keys have the defaults of transformers' {@code CLIPVisionConfig}.
   *
   * @param where named in messages
   * @throws ModelException naming key, value and rule
   */
  public static VisionConfig of(JsonNode json, String where) {
    StrictMap file = new StrictMap(json, ConfigSource.published(where));
    boolean whole = file.has("vision_config");
    if (whole) {
      file.oneOf("model_type", "clip", WITH_VISION);
      checkOlderCopy(file);
    }
    StrictMap keys = whole ? file.map("vision_config") : file;
    keys.oneOf("model_type", "clip_vision_model", List.of("clip_vision_model"));
    keys.refuse("quantization_config", "absent; convert the weights to a floating-point type");
    int hidden = keys.positive("hidden_size", 768);
    int heads = keys.positive("num_attention_heads", 12);
    if (hidden % heads != 0) {
      throw keys.invalid("num_attention_heads", heads, "a divisor of hidden_size, " + hidden);
    }
    int image = keys.positive("image_size", 224);
    int patch = keys.positive("patch_size", 32);
    if (image % patch != 0) {
      throw keys.invalid("patch_size", patch, "a divisor of image_size, " + image);
    }
    int channels = keys.positive("num_channels", 3);
    if (channels != 3) {
      throw keys.invalid("num_channels", channels, "3, red, green and blue");
    }
    String activation = keys.oneOf("hidden_act", "quick_gelu", List.of("quick_gelu", "gelu"));
    return new VisionConfig(
        hidden,
        keys.positive("intermediate_size", 3072),
        keys.positive("num_hidden_layers", 12),
        heads,
        image,
        patch,
        channels,
        keys.positiveNumber("layer_norm_eps", 1e-5),
        activation.equals("gelu") ? Activation.GELU : Activation.QUICK_GELU,
        keys.others(HarmlessKeys.OF_VISION));
  }

  /** Older files hold the mapping twice, and transformers reads the second. */
  private static void checkOlderCopy(StrictMap file) {
    StrictMap vision = file.map("vision_config");
    StrictMap older = file.map("vision_config_dict");
    for (Map.Entry<String, JsonNode> entry : older.json().properties()) {
      JsonNode value = vision.json().get(entry.getKey());
      if (!entry.getValue().isNull() && !entry.getValue().equals(value)) {
        throw older.invalid(
            entry.getKey(), entry.getValue(), "equal to that of vision_config, " + value);
      }
    }
  }

  /** Values of one attention head. */
  public int headSize() {
    return hiddenSize / numAttentionHeads;
  }

  /** Patches along one side of the image. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Patches of an image; with the class token one more. */
  public int patches() {
    return grid() * grid();
  }

  /** Whether another configuration is the same but for keys that change nothing. */
  public boolean computes(VisionConfig same) {
    return keys().equals(same.keys());
  }

  /** The configuration of a vision model, in published keys. */
  public ObjectNode toJson() {
    ObjectNode json = keys();
    json.setAll(other);
    return json;
  }

  private ObjectNode keys() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", "clip_vision_model");
    json.put("hidden_act", hiddenAct == Activation.GELU ? "gelu" : "quick_gelu");
    json.put("hidden_size", hiddenSize);
    json.put("intermediate_size", intermediateSize);
    json.put("num_hidden_layers", numHiddenLayers);
    json.put("num_attention_heads", numAttentionHeads);
    json.put("image_size", imageSize);
    json.put("patch_size", patchSize);
    json.put("num_channels", numChannels);
    json.put("layer_norm_eps", layerNormEps);
    return json;
  }
}
