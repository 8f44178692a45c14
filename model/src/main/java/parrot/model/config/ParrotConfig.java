package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import parrot.model.ModelException;

/**
 * A whole Parrot, as in its published {@code config.json}: the vision encoder, what of it the
 * projector takes, the experts, and the decoder. Each part reads and writes its own keys.
 *
 * @param decoder the language model
 * @param vision the vision encoder, read from the folder that {@code mm_vision_tower} names
 * @param mmVisionTower that folder, as written in the file
 * @param projector between vision encoder and experts
 * @param experts between projector and decoder
 * @param tokenizerModelMaxLength sequences are cut to this, visual tokens included
 * @param torchDtype in which the weights were stored: float32, float16, bfloat16 or float64
 * @param other keys that change nothing here, written back as they were
 * @param adapters beside layers of the decoder; they have no key, because PEFT keeps them in a file
 *     of their own
 */
public record ParrotConfig(
    DecoderConfig decoder,
    VisionConfig vision,
    String mmVisionTower,
    ProjectorConfig projector,
    ExpertsConfig experts,
    int tokenizerModelMaxLength,
    String torchDtype,
    ObjectNode other,
    Optional<Adapters> adapters) {
  private static final double USUAL_INITIALIZER_RANGE = 0.02;

  /**
   * Reads a published configuration.
   *
   * @param vision the vision encoder that {@code mm_vision_tower} names
   * @param where named in messages
   * @throws ModelException naming key, value and rule
   */
  public static ParrotConfig of(JsonNode json, VisionConfig vision, String where) {
    ConfigSource source = ConfigSource.published(where);
    StrictMap keys = new StrictMap(NestedConfig.flat(json, source), source);
    DecoderFamily family = DecoderFamily.of(keys.oneOf("model_type", DecoderFamily.parrots()));
    int cut = cutLength(keys);
    DecoderConfig decoder = DecoderConfig.of(keys, family, cut);
    ProjectorConfig projector = ProjectorConfig.of(keys, vision);
    return new ParrotConfig(
        decoder,
        vision,
        keys.text("mm_vision_tower"),
        projector,
        ExpertsConfig.of(keys, decoder.hiddenSize(), projector, vision.family()),
        cut,
        type(keys),
        withArchitecture(keys.others(HarmlessKeys.OF_PARROT), family),
        Optional.empty());
  }

  /** Where sequences are cut. */
  private static int cutLength(StrictMap keys) {
    int longest = DecoderConfig.positions(keys);
    int cut = keys.positive("tokenizer_model_max_length", Math.min(longest, 2048));
    if (cut > longest) {
      throw keys.invalid(
          "tokenizer_model_max_length", cut, "at most max_position_embeddings, " + longest);
    }
    return cut;
  }

  /** {@code torch_dtype}, or {@code dtype} as transformers 5 calls it. */
  private static String type(StrictMap keys) {
    List<String> types = List.of("float32", "float16", "bfloat16", "float64");
    String type = keys.oneOf("torch_dtype", "float32", types);
    String newer = keys.given("dtype") ? keys.oneOf("dtype", types) : type;
    if (keys.has("torch_dtype") && !newer.equals(type)) {
      throw keys.invalid("dtype", newer, "equal to torch_dtype, " + type);
    }
    return newer;
  }

  private static ObjectNode withArchitecture(ObjectNode other, DecoderFamily family) {
    if (!other.has("architectures")) {
      other.putArray("architectures").add(family.architecture());
    }
    return other;
  }

  /** Visual tokens that one image becomes. */
  public int visualTokens() {
    return vision.tokens() - (dropsClassToken() ? 1 : 0);
  }

  /** Whether the vision encoder has a class token that the projector does not take. */
  public boolean dropsClassToken() {
    return vision.family().classToken() && !projector.classToken();
  }

  /** Encoder layers that have to run for the selected hidden state. */
  public int visionLayersUsed() {
    return projector.selectLayer() < 0
        ? vision.numHiddenLayers() + 1 + projector.selectLayer()
        : projector.selectLayer();
  }

  /**
   * Deviation that decoder, router and experts start with; the published key, 0.02 by default.
   *
   * @throws ModelException if it is not a positive number
   */
  public double initializerRange() {
    JsonNode value = other.path("initializer_range");
    double range = value.isMissingNode() ? USUAL_INITIALIZER_RANGE : value.asDouble(Double.NaN);
    if (!(range > 0 && range < Double.POSITIVE_INFINITY)) {
      throw new ModelException(
          "Invalid initializer_range: " + value + " (must be a positive number)");
    }
    return range;
  }

  /** Tokens that end a generation; empty if the configuration names none. */
  public List<Integer> eosTokenIds() {
    return eosTokenIds(other, "config.json");
  }

  /**
   * The {@code eos_token_id} of a published file: a number, several, or none.
   *
   * @throws ModelException if it is something else
   */
  public static List<Integer> eosTokenIds(JsonNode json, String where) {
    JsonNode node = json.path("eos_token_id");
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : node.isArray() ? node : List.of(node)) {
      if (id.isInt() && id.intValue() >= 0) {
        ids.add(id.intValue());
      } else if (!id.isMissingNode() && !id.isNull()) {
        throw new ModelException(
            "Invalid eos_token_id: %s (must be a token's id or a list of them) in %s"
                .formatted(node, where));
      }
    }
    return List.copyOf(ids);
  }

  public OptionalInt bosTokenId() {
    return id("bos_token_id");
  }

  public OptionalInt padTokenId() {
    return id("pad_token_id");
  }

  private OptionalInt id(String key) {
    JsonNode node = other.path(key);
    return node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
  }

  /** The same model with adapters, or without. */
  public ParrotConfig withAdapters(Optional<Adapters> value) {
    return new ParrotConfig(
        decoder,
        vision,
        mmVisionTower,
        projector,
        experts,
        tokenizerModelMaxLength,
        torchDtype,
        other,
        value);
  }

  private ParrotConfig read(ObjectNode changed) {
    return of(changed, vision, "this configuration").withAdapters(adapters);
  }

  public ParrotConfig withUseMoe(boolean value) {
    ObjectNode json = toJson();
    json.put("use_moe", value);
    return read(json);
  }

  public ParrotConfig withTorchDtype(String value) {
    ObjectNode json = toJson();
    json.put("torch_dtype", value);
    return read(json);
  }

  /** The same model with another bias where experts are selected; empty for none. */
  public ParrotConfig withSelectionBias(List<Double> bias) {
    ObjectNode json = toJson();
    ExpertsConfig.writeSelectionBias(json, bias);
    return read(json);
  }

  /** The same model beside another place for its vision encoder, as for a new checkpoint. */
  public ParrotConfig withVisionTower(String folder) {
    ObjectNode json = toJson();
    json.put("mm_vision_tower", folder);
    return read(json);
  }

  /**
   * The same model with any published keys replaced, checked as if read from a file.
   *
   * @param changes published keys; null removes a key
   */
  public ParrotConfig with(ObjectNode changes) {
    ObjectNode json = toJson();
    json.setAll(changes);
    return read(json);
  }

  /** In published keys; what {@link #of} reads back as an equal configuration without adapters. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", decoder.family().parrot());
    decoder.writeTo(json);
    json.put("mm_hidden_size", vision.hiddenSize());
    projector.writeTo(json);
    json.put("mm_vision_tower", mmVisionTower);
    experts.writeTo(json, decoder.hiddenSize());
    json.put("tokenizer_model_max_length", tokenizerModelMaxLength);
    json.put("image_aspect_ratio", "pad");
    json.put("torch_dtype", torchDtype);
    json.setAll(other);
    return json;
  }
}
