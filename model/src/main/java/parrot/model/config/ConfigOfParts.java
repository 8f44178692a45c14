package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The configuration of a model that is put together from parts: the decoder's own keys, those of
 * the projector, and the published values for what no part says.
 */
public final class ConfigOfParts {
  /** Where the published models cut sequences; room for an image of 577 tokens. */
  private static final int LONGEST = 2048;

  /** Keys of a Parrot that is given for its decoder alone. */
  private static final Pattern OF_OTHER_PARTS =
      Pattern.compile("(mm_|use_mm_|moe_|use_moe|num_experts|image_|tokenizer_model_).*");

  /** How trained experts compute, apart from their number and width. */
  private static final List<String> OF_EXPERTS =
      List.of("moe_weight", "use_moe_residual", "moe_formula", "moe_top_k", "moe_selection_bias");

  /** What the reader of a whole model refuses unless it is off. */
  private static final List<String> OF_PROJECTOR =
      List.of("mm_use_im_start_end", "mm_use_im_patch_token", "mm_patch_merge_type");

  private ConfigOfParts() {}

  /**
   * What is known of a projector that was trained before, and of experts stored with it.
   *
   * @param json the {@code config.json} beside it; an empty object if there is none
   * @param where that file, for messages
   * @param depth linear layers among its tensors
   * @param expertWidth of the experts among its tensors; empty if there are none
   */
  public record Trained(JsonNode json, String where, int depth, OptionalInt expertWidth) {
    /** Whether its configuration says that it learned to project patches alone. */
    public boolean withoutClassToken() {
      return json.path("mm_vision_select_feature").asText().equals("patch");
    }
  }

  /** A fresh projector as the published models have it, and fresh experts. */
  private static ObjectNode fresh(ObjectNode json, int experts, VisionFamily vision) {
    json.put("mm_projector_type", "mlp2x_gelu").put("mm_vision_select_layer", -2);
    json.put(
        "mm_vision_select_feature", experts > 0 && vision.classToken() ? "cls_patch" : "patch");
    json.put("image_aspect_ratio", "pad").put("tokenizer_padding_side", "right");
    json.put("use_moe", experts > 0).put("num_experts", experts);
    if (experts > 0) {
      json.set("moe_intermediate_size", json.get("hidden_size"));
      json.put("moe_top_k", experts).put("moe_weight", 0.1).put("use_moe_residual", true);
    }
    return json;
  }

  /**
   * @param decoder the configuration of a language model, or of a Parrot whose decoder is meant
   * @param where that file, for messages
   * @param experts 0 for a model without experts
   * @param trained empty for a fresh projector
   * @throws parrot.model.ModelException naming a key of a part, its value and what it contradicts
   */
  public static ParrotConfig of(
      JsonNode decoder, String where, VisionConfig vision, int experts, Optional<Trained> trained) {
    ObjectNode json = fresh(decoder(decoder, where), experts, vision.family());
    json.put("mm_hidden_size", vision.hiddenSize()).put("mm_vision_tower", "vision");
    trained.ifPresent(projector -> take(projector, json));
    String places = where + trained.map(projector -> " with " + projector.where).orElse("");
    return ParrotConfig.of(json, vision, places);
  }

  private static void take(Trained trained, ObjectNode json) {
    StrictMap keys = new StrictMap(trained.json, ConfigSource.published(trained.where));
    requireEqual(keys, "hidden_size", json, "the decoder's");
    requireEqual(keys, "mm_hidden_size", json, "the vision encoder's hidden_size");
    String type = ProjectorConfig.type(trained.depth);
    if (!keys.text("mm_projector_type", type).equals(type)) {
      String given = keys.text("mm_projector_type", type);
      throw keys.invalid("mm_projector_type", given, type + ", as its tensors are");
    }
    List<String> taken = new ArrayList<>(OF_PROJECTOR);
    taken.add("mm_vision_select_layer");
    if (!json.get("use_moe").asBoolean()) {
      taken.add("mm_vision_select_feature");
    }
    if (trained.expertWidth.isPresent()) {
      taken.addAll(OF_EXPERTS);
      json.put("moe_intermediate_size", trained.expertWidth.getAsInt());
    }
    json.put("mm_projector_type", type);
    taken.stream().filter(keys::has).forEach(key -> json.set(key, trained.json.get(key)));
  }

  private static ObjectNode decoder(JsonNode decoder, String where) {
    // Says what is wrong in the decoder's own words.
    DecoderFamily family = DecoderConfig.of(decoder, LONGEST, where).family();
    ObjectNode json = NestedConfig.flat(decoder, ConfigSource.published(where));
    List<String> foreign = new ArrayList<>(List.of("architectures"));
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (OF_OTHER_PARTS.matcher(key).matches()) {
                foreign.add(key);
              }
            });
    json.remove(foreign);
    return json.put("model_type", family.parrot());
  }

  private static void requireEqual(StrictMap keys, String key, ObjectNode json, String whose) {
    int expected = json.get(key).asInt();
    int given = keys.positive(key, expected);
    if (given != expected) {
      throw keys.invalid(key, given, "%s, %d".formatted(whose, expected));
    }
  }
}
