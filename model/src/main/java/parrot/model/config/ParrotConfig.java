package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.model.ModelException;

/**
 * A whole Parrot: decoder, projector, experts and the vision encoder before them. Components carry
 * the names of the published keys of {@code config.json}.
 *
 * @param hiddenSize width of the decoder and of the projected visual tokens
 * @param intermediateSize width of the decoder's feed-forward part
 * @param numHiddenLayers decoder layers
 * @param numAttentionHeads query heads; divides {@code hiddenSize}
 * @param numKeyValueHeads key and value heads; divides {@code numAttentionHeads}
 * @param vocabSize rows of the embedding and of the head
 * @param rmsNormEps added to mean squares
 * @param ropeTheta base of the rotary embedding
 * @param tieWordEmbeddings whether the head is the embedding
 * @param maxPositionEmbeddings longest sequence
 * @param mmHiddenSize width of the vision encoder's tokens, equal to {@code vision.hiddenSize()}
 * @param projectorDepth linear layers of the projector, GELU between them
 * @param mmVisionSelectLayer index into the encoder's hidden states, negative from the end
 * @param classToken whether the class token is kept ({@code mm_vision_select_feature: cls_patch})
 * @param mmVisionTower folder of the vision encoder, as written in the file
 * @param numExperts 0 for none
 * @param moeIntermediateSize width of an expert
 * @param moeTopK experts that compute for an image, at most {@code numExperts}; if equal, routing
 *     is dense, as it always is in the published code
 * @param moeSelectionBias our own optional key {@code moe_selection_bias}: what is added to the
 *     router's probabilities where experts are selected, by expert; empty for none
 * @param moeWeight weight of the residual path, or of the experts under {@link MoeFormula#PAPER}
 * @param useMoe whether visual tokens pass the experts
 * @param useMoeResidual whether there is a residual path around the experts
 * @param moeFormula our own optional key {@code moe_formula}
 * @param tokenizerModelMaxLength sequences are cut to this, visual tokens included
 * @param torchDtype in which the weights were stored: float32, float16 or bfloat16
 * @param vision the vision encoder
 * @param other keys that change nothing here, written back as they were
 */
public record ParrotConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int vocabSize,
    double rmsNormEps,
    double ropeTheta,
    boolean tieWordEmbeddings,
    int maxPositionEmbeddings,
    int mmHiddenSize,
    int projectorDepth,
    int mmVisionSelectLayer,
    boolean classToken,
    String mmVisionTower,
    int numExperts,
    int moeIntermediateSize,
    int moeTopK,
    List<Double> moeSelectionBias,
    double moeWeight,
    boolean useMoe,
    boolean useMoeResidual,
    MoeFormula moeFormula,
    int tokenizerModelMaxLength,
    String torchDtype,
    VisionConfig vision,
    ObjectNode other) {
  private static final double USUAL_INITIALIZER_RANGE = 0.02;

  private static final Pattern MLP = Pattern.compile("mlp([1-9])x_gelu");

  /**
   * Reads a published configuration.
   *
   * @param vision the vision encoder that {@code mm_vision_tower} names
   * @param where named in messages
   * @throws ModelException naming key, value and rule
   */
  public static ParrotConfig of(JsonNode json, VisionConfig vision, String where) {
    StrictMap keys = new StrictMap(json, ConfigSource.published(where));
    keys.oneOf("model_type", List.of("parrot_qwen2"));
    keys.oneOf("hidden_act", "silu", List.of("silu"));
    refuseOtherComputations(keys);

    int hidden = keys.positive("hidden_size");
    int heads = heads(keys, hidden);
    int keyValueHeads = keyValueHeads(keys, heads);
    checkHeadSize(keys, hidden / heads);
    int visionWidth = visionWidth(keys, vision.hiddenSize());
    int select = selectedLayer(keys, vision.numHiddenLayers());
    boolean useMoe = keys.flag("use_moe", false);
    int experts = useMoe ? keys.positive("num_experts") : keys.wholeInt("num_experts", 0, 0);
    boolean classToken = classToken(keys, useMoe);
    checkMoeHiddenSize(keys, hidden);
    int topK = topK(keys, experts);
    List<Double> bias = selectionBias(keys, experts, topK);
    MoeFormula formula = formula(keys);
    boolean residual = residual(keys, formula);
    int longest = keys.positive("max_position_embeddings", 32768);
    int cut = cutLength(keys, longest);
    return new ParrotConfig(
        hidden,
        keys.positive("intermediate_size"),
        keys.positive("num_hidden_layers"),
        heads,
        keyValueHeads,
        keys.positive("vocab_size"),
        keys.positiveNumber("rms_norm_eps", 1e-6),
        keys.positiveNumber("rope_theta", 10000),
        keys.flag("tie_word_embeddings", false),
        longest,
        visionWidth,
        projectorDepth(keys),
        select,
        classToken,
        keys.text("mm_vision_tower"),
        experts,
        experts > 0 ? keys.positive("moe_intermediate_size") : 0,
        topK,
        bias,
        keys.number("moe_weight", 0.1, Double::isFinite, "a finite number"),
        useMoe,
        residual,
        formula,
        cut,
        keys.oneOf("torch_dtype", "float32", List.of("float32", "float16", "bfloat16")),
        vision,
        withArchitecture(keys.others()));
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

  private static int visionWidth(StrictMap keys, int towerWidth) {
    int width = keys.positive("mm_hidden_size", towerWidth);
    if (width != towerWidth) {
      throw keys.invalid(
          "mm_hidden_size", width, "the hidden_size of the vision tower, " + towerWidth);
    }
    return width;
  }

  private static int selectedLayer(StrictMap keys, int layers) {
    int select = keys.wholeInt("mm_vision_select_layer", -2, Integer.MIN_VALUE);
    if (select > layers || select < -layers - 1) {
      throw keys.invalid(
          "mm_vision_select_layer",
          select,
          "between %d and %d, the vision tower has %d layers"
              .formatted(-layers - 1, layers, layers));
    }
    return select;
  }

  private static boolean classToken(StrictMap keys, boolean useMoe) {
    String feature =
        keys.oneOf("mm_vision_select_feature", "cls_patch", List.of("cls_patch", "patch"));
    if (useMoe && feature.equals("patch")) {
      throw keys.invalid(
          "mm_vision_select_feature",
          feature,
          "cls_patch where use_moe is true, because the router asks with the class token");
    }
    return feature.equals("cls_patch");
  }

  private static void checkMoeHiddenSize(StrictMap keys, int hidden) {
    int moeHidden = keys.positive("moe_hidden_size", hidden);
    if (moeHidden != hidden) {
      throw keys.invalid("moe_hidden_size", moeHidden, "equal to hidden_size, " + hidden);
    }
  }

  private static int topK(StrictMap keys, int experts) {
    int topK = keys.positive("moe_top_k", Math.max(1, experts));
    if (experts > 0 && topK > experts) {
      throw keys.invalid("moe_top_k", topK, "at most num_experts, " + experts);
    }
    return topK;
  }

  private static MoeFormula formula(StrictMap keys) {
    String name = keys.oneOf("moe_formula", "published", List.of("published", "paper"));
    return MoeFormula.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static boolean residual(StrictMap keys, MoeFormula formula) {
    boolean residual = keys.flag("use_moe_residual", true);
    if (formula == MoeFormula.PAPER && !residual) {
      throw keys.invalid(
          "use_moe_residual", false, "true where moe_formula is paper, which always adds H");
    }
    return residual;
  }

  /** Where sequences are cut. */
  private static int cutLength(StrictMap keys, int longest) {
    int cut = keys.positive("tokenizer_model_max_length", Math.min(longest, 2048));
    if (cut > longest) {
      throw keys.invalid(
          "tokenizer_model_max_length", cut, "at most max_position_embeddings, " + longest);
    }
    return cut;
  }

  private static List<Double> selectionBias(StrictMap keys, int experts, int topK) {
    List<Double> bias = keys.numbers("moe_selection_bias");
    if (!bias.isEmpty() && bias.size() != experts) {
      throw keys.invalid("moe_selection_bias", bias, "num_experts numbers, " + experts);
    }
    if (!bias.isEmpty() && topK == experts) {
      throw keys.invalid(
          "moe_selection_bias", bias, "absent where moe_top_k is num_experts: nothing is selected");
    }
    return bias;
  }

  private static ObjectNode withArchitecture(ObjectNode other) {
    if (!other.has("architectures")) {
      other.putArray("architectures").add("ParrotQwen2ForCausalLM");
    }
    return other;
  }

  /** {@code linear} is a single layer, {@code mlpNx_gelu} N of them with GELU between. */
  private static int projectorDepth(StrictMap keys) {
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

  /** Keys of related models that ask for something that is not computed here. */
  private static void refuseOtherComputations(StrictMap keys) {
    keys.oneOf("image_aspect_ratio", "pad", List.of("pad"));
    keys.oneOf("mm_patch_merge_type", "flat", List.of("flat"));
    keys.refuse("rope_scaling", "null");
    keys.refuse("quantization_config", "absent");
    for (String key :
        List.of("use_sliding_window", "mm_use_im_start_end", "mm_use_im_patch_token")) {
      if (keys.flag(key, false)) {
        throw keys.invalid(key, true, "false");
      }
    }
  }

  /** Whether an image's tokens pass some experts and not others. */
  public boolean selectsExperts() {
    return useMoe && moeTopK < numExperts;
  }

  /** Values of one attention head of the decoder. */
  public int headSize() {
    return hiddenSize / numAttentionHeads;
  }

  /** Width of keys and of values. */
  public int keyValueSize() {
    return headSize() * numKeyValueHeads;
  }

  /** Visual tokens that one image becomes. */
  public int visualTokens() {
    return vision.patches() + (classToken ? 1 : 0);
  }

  /** Encoder layers that have to run for the selected hidden state. */
  public int visionLayersUsed() {
    return mmVisionSelectLayer < 0
        ? vision.numHiddenLayers() + 1 + mmVisionSelectLayer
        : mmVisionSelectLayer;
  }

  /** As written in {@code config.json}. */
  public String mmProjectorType() {
    return projectorDepth == 1 ? "linear" : "mlp" + projectorDepth + "x_gelu";
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
    List<Integer> ids = new ArrayList<>();
    JsonNode node = other.path("eos_token_id");
    if (node.isInt()) {
      ids.add(node.intValue());
    }
    node.forEach(id -> ids.add(id.intValue()));
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

  public ParrotConfig withUseMoe(boolean value) {
    ObjectNode json = toJson();
    json.put("use_moe", value);
    return of(json, vision, "this configuration");
  }

  public ParrotConfig withTorchDtype(String value) {
    ObjectNode json = toJson();
    json.put("torch_dtype", value);
    return of(json, vision, "this configuration");
  }

  /** The same model with another bias where experts are selected; empty for none. */
  public ParrotConfig withSelectionBias(List<Double> bias) {
    ObjectNode json = toJson();
    put(json, bias);
    return of(json, vision, "this configuration");
  }

  private static void put(ObjectNode json, List<Double> selectionBias) {
    json.remove("moe_selection_bias");
    if (!selectionBias.isEmpty()) {
      selectionBias.forEach(json.putArray("moe_selection_bias")::add);
    }
  }

  /** The same model beside another place for its vision encoder, as for a new checkpoint. */
  public ParrotConfig withVisionTower(String folder) {
    ObjectNode json = toJson();
    json.put("mm_vision_tower", folder);
    return of(json, vision, "this configuration");
  }

  /**
   * The same model with any published keys replaced, checked as if read from a file.
   *
   * @param changes published keys; null removes a key
   */
  public ParrotConfig with(ObjectNode changes) {
    ObjectNode json = toJson();
    json.setAll(changes);
    return of(json, vision, "this configuration");
  }

  /** In published keys; what {@link #of} reads back as an equal configuration. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", "parrot_qwen2");
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
    json.put("mm_hidden_size", mmHiddenSize);
    json.put("mm_projector_type", mmProjectorType());
    json.put("mm_vision_select_layer", mmVisionSelectLayer);
    json.put("mm_vision_select_feature", classToken ? "cls_patch" : "patch");
    json.put("mm_vision_tower", mmVisionTower);
    json.put("num_experts", numExperts);
    if (numExperts > 0) {
      json.put("moe_hidden_size", hiddenSize);
      json.put("moe_intermediate_size", moeIntermediateSize);
      json.put("moe_top_k", moeTopK);
      put(json, moeSelectionBias);
    }
    json.put("moe_weight", moeWeight);
    json.put("use_moe", useMoe);
    json.put("use_moe_residual", useMoeResidual);
    if (moeFormula != MoeFormula.PUBLISHED) {
      json.put("moe_formula", moeFormula.name().toLowerCase(Locale.ROOT));
    }
    json.put("tokenizer_model_max_length", tokenizerModelMaxLength);
    json.put("image_aspect_ratio", "pad");
    json.put("torch_dtype", torchDtype);
    json.setAll(other);
    return json;
  }
}
