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
 * The vision transformer of a CLIP or a SigLIP, as in its published {@code config.json}.
 *
 * @param family which of them it is
 * @param hiddenSize width of a token
 * @param intermediateSize width between the two layers of the feed-forward part
 * @param numHiddenLayers encoder layers
 * @param numAttentionHeads divides {@code hiddenSize}
 * @param imageSize side of the square image, in pixels
 * @param patchSize side of a patch, in pixels; divides {@code imageSize}, unless the family leaves
 *     the pixels that fill no patch
 * @param numChannels 3
 * @param layerNormEps added to variances
 * @param hiddenAct of the feed-forward part
 * @param other keys that change nothing here, written back as they were
 */
public record VisionConfig(
    VisionFamily family,
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
      Stream.concat(VisionFamily.wholes().stream(), DecoderFamily.parrots().stream()).toList();

  /**
   * Reads a published configuration: of a vision model, or the {@code vision_config} of a whole
   * CLIP, SigLIP or Parrot. Absent keys have the defaults of transformers' {@code CLIPVisionConfig}
   * and {@code SiglipVisionConfig}.
   *
   * @param where named in messages
   * @throws ModelException naming key, value and rule
   */
  public static VisionConfig of(JsonNode json, String where) {
    StrictMap file = new StrictMap(json, ConfigSource.published(where));
    boolean whole = file.has("vision_config");
    StrictMap keys = whole ? file.map("vision_config") : file;
    VisionFamily family = family(file, keys, whole);
    keys.refuse("quantization_config", "absent; convert the weights to a floating-point type");
    int hidden = keys.positive("hidden_size", 768);
    int heads = keys.positive("num_attention_heads", 12);
    if (hidden % heads != 0) {
      throw keys.invalid("num_attention_heads", heads, "a divisor of hidden_size, " + hidden);
    }
    int image = keys.positive("image_size", 224);
    int patch = keys.positive("patch_size", family.patchSize());
    if (image % patch != 0 && !family.leavesPixels()) {
      throw keys.invalid("patch_size", patch, "a divisor of image_size, " + image);
    }
    if (patch > image) {
      throw keys.invalid("patch_size", patch, "at most image_size, " + image);
    }
    int channels = keys.positive("num_channels", 3);
    if (channels != 3) {
      throw keys.invalid("num_channels", channels, "3, red, green and blue");
    }
    return new VisionConfig(
        family,
        hidden,
        keys.positive("intermediate_size", 3072),
        keys.parts("num_hidden_layers", 12, 1),
        heads,
        image,
        patch,
        channels,
        keys.positiveNumber("layer_norm_eps", family.layerNormEps()),
        activation(keys, family),
        keys.others(HarmlessKeys.OF_VISION));
  }

  /** Which encoder it is; a whole model says so twice, and both must be of one family. */
  private static VisionFamily family(StrictMap file, StrictMap keys, boolean whole) {
    List<String> types = VisionFamily.all();
    VisionFamily usual = VisionFamily.CLIP;
    if (whole) {
      String type = file.oneOf("model_type", "clip", WITH_VISION);
      checkOlderCopy(file);
      if (VisionFamily.wholes().contains(type)) {
        usual = VisionFamily.of(type);
        types = List.of(usual.published());
      }
    }
    return VisionFamily.of(keys.oneOf("model_type", usual.published(), types));
  }

  private static Activation activation(StrictMap keys, VisionFamily family) {
    List<Activation> all = List.of(Activation.values());
    String name =
        keys.oneOf(
            "hidden_act",
            family.hiddenAct().published(),
            all.stream().map(Activation::published).toList());
    return all.stream().filter(one -> one.published().equals(name)).findFirst().orElseThrow();
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

  /** Patches of an image. */
  public int patches() {
    return grid() * grid();
  }

  /** Tokens of an image, the class token included if there is one. */
  public int tokens() {
    return patches() + (family.classToken() ? 1 : 0);
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
    json.put("model_type", family.published());
    json.put("hidden_act", hiddenAct.published());
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
