package parrot.model.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the projector takes from the vision encoder, and how deep it is.
 *
 * @param selectLayer index into the encoder's hidden states, negative from the end
 * @param classToken whether the class token is kept ({@code mm_vision_select_feature: cls_patch})
 * @param depth linear layers, GELU between them
 */
public record ProjectorConfig(int selectLayer, boolean classToken, int depth) {
  private static final Pattern MLP = Pattern.compile("mlp([1-9])x_gelu");

  static ProjectorConfig of(StrictMap keys, VisionConfig vision) {
    keys.oneOf("image_aspect_ratio", "pad", List.of("pad"));
    keys.oneOf("mm_patch_merge_type", "flat", List.of("flat"));
    for (String key : List.of("mm_use_im_start_end", "mm_use_im_patch_token")) {
      if (keys.flag(key, false)) {
        throw keys.invalid(key, true, "false");
      }
    }
    checkWidth(keys, vision.hiddenSize());
    return new ProjectorConfig(
        selectLayer(keys, vision.numHiddenLayers()),
        classToken(keys, vision.family()),
        depth(keys));
  }

  private static void checkWidth(StrictMap keys, int towerWidth) {
    int width = keys.positive("mm_hidden_size", towerWidth);
    if (width != towerWidth) {
      throw keys.invalid(
          "mm_hidden_size", width, "the hidden_size of the vision tower, " + towerWidth);
    }
  }

  private static int selectLayer(StrictMap keys, int layers) {
    int select = keys.wholeInt("mm_vision_select_layer");
    if (select > layers || select < -layers - 1) {
      throw keys.invalid(
          "mm_vision_select_layer",
          select,
          "between %d and %d, the vision tower has %d layers"
              .formatted(-layers - 1, layers, layers));
    }
    return select;
  }

  private static boolean classToken(StrictMap keys, VisionFamily family) {
    String feature = keys.oneOf("mm_vision_select_feature", "patch", List.of("cls_patch", "patch"));
    boolean kept = feature.equals("cls_patch");
    if (kept && !family.classToken()) {
      throw keys.invalid(
          "mm_vision_select_feature", feature, "patch, because " + family + " has no class token");
    }
    return kept;
  }

  private static int depth(StrictMap keys) {
    String type = keys.text("mm_projector_type", "linear");
    if (type.equals("linear")) {
      return 1;
    }
    Matcher matcher = MLP.matcher(type);
    if (!matcher.matches() || type.equals("mlp1x_gelu")) {
      throw keys.invalid("mm_projector_type", type, "linear or mlpNx_gelu with N from 2 to 9");
    }
    return Integer.parseInt(matcher.group(1));
  }

  /** As written in {@code config.json}. */
  public String type() {
    return type(depth);
  }

  static String type(int depth) {
    return depth == 1 ? "linear" : "mlp" + depth + "x_gelu";
  }

  /** As written in {@code config.json}. */
  public String selectFeature() {
    return classToken ? "cls_patch" : "patch";
  }

  void writeTo(ObjectNode json) {
    json.put("mm_projector_type", type());
    json.put("mm_vision_select_layer", selectLayer);
    json.put("mm_vision_select_feature", selectFeature());
  }
}
