package parrot.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.ModelException;
import parrot.model.kernel.Activation;

class ParrotConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private ObjectNode vision;
  private ObjectNode parrot;

  @BeforeEach
  void readPublished() throws IOException {
    Path folder = Path.of("src/test/resources/reference/network/align-and-instruct");
    parrot = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    vision = (ObjectNode) JSON.readTree(folder.resolve("vision/config.json").toFile());
  }

  private VisionConfig vision() {
    return VisionConfig.of(vision, "vision/config.json");
  }

  private ParrotConfig parrot() {
    return ParrotConfig.of(parrot, vision(), "config.json");
  }

  @Test
  void readsPublishedKeys() {
    ParrotConfig config = parrot();
    assertThat(config.decoder().hiddenSize()).isEqualTo(48);
    assertThat(config.decoder().headSize()).isEqualTo(12);
    assertThat(config.decoder().keyValueSize()).isEqualTo(48);
    assertThat(config.decoder().rotary().theta()).isEqualTo(1e6);
    assertThat(config.projector().depth()).isEqualTo(2);
    assertThat(config.projector().type()).isEqualTo("mlp2x_gelu");
    assertThat(config.visualTokens()).isEqualTo(17);
    assertThat(config.visionLayersUsed()).isEqualTo(2);
    assertThat(config.experts().topK()).isEqualTo(6);
    assertThat(config.experts().formula()).isEqualTo(MoeFormula.PUBLISHED);
    assertThat(config.vision().hiddenAct()).isEqualTo(Activation.QUICK_GELU);
    assertThat(config.eosTokenIds()).isEmpty();
    assertThat(config.padTokenId()).isEmpty();
  }

  @Test
  void whatIsWrittenReadsBackEqualAndKeepsOtherKeys() {
    parrot.put("eos_token_id", 7).put("transformers_version", "4.39.0");
    ParrotConfig config = parrot();
    assertThat(config.eosTokenIds()).containsExactly(7);
    assertThat(config.toJson().path("transformers_version").asText()).isEqualTo("4.39.0");
    assertThat(config.toJson().path("architectures").get(0).asText())
        .isEqualTo("ParrotQwen2ForCausalLM");
    assertThat(ParrotConfig.of(config.toJson(), vision(), "again")).isEqualTo(config);
    assertThat(VisionConfig.of(vision().toJson(), "again")).isEqualTo(vision());
    assertThat(config.toJson()).containsAll(parrot);
  }

  @Test
  void changesAreChecked() {
    ParrotConfig config = parrot();
    assertThat(config.withUseMoe(false).experts().used()).isFalse();
    assertThat(config.withTorchDtype("bfloat16").torchDtype()).isEqualTo("bfloat16");
    assertThat(config.withVisionTower("eye").mmVisionTower()).isEqualTo("eye");
    assertThatThrownBy(() -> config.with(JSON.createObjectNode().put("moe_top_k", 7)))
        .hasMessage("Invalid moe_top_k: 7 (must be at most num_experts, 6) in this configuration");
  }

  @Test
  void keysThatMayBeAbsentHaveThePublishedDefaults() {
    parrot.remove("num_key_value_heads");
    parrot.remove("moe_top_k");
    parrot.put("num_experts", 3).put("moe_formula", "paper");
    ParrotConfig config = parrot();
    assertThat(config.decoder().numKeyValueHeads()).isEqualTo(4);
    assertThat(config.experts().topK()).isEqualTo(3);
    assertThat(config.experts().formula()).isEqualTo(MoeFormula.PAPER);
    assertThat(config.toJson().path("moe_formula").asText()).isEqualTo("paper");
  }

  @Test
  void aSelectionBiasGoesWithASelection() {
    ParrotConfig dense = parrot();
    assertThat(dense.experts().selected()).isFalse();
    assertThat(dense.experts().selectionBias()).isEmpty();
    assertThat(dense.toJson().has("moe_selection_bias")).isFalse();
    parrot.put("moe_top_k", 2);
    List<Double> bias = List.of(0.1, -0.1, 0.25, -0.25, 1.0 / 3, -1.0 / 3);
    ParrotConfig config = parrot().withSelectionBias(bias);
    assertThat(config.experts().selected()).isTrue();
    assertThat(config.withUseMoe(true).experts().selectionBias()).isEqualTo(bias);
    assertThat(config.withSelectionBias(List.of())).isEqualTo(parrot());
    assertThatThrownBy(() -> config.withSelectionBias(List.of(1.0)))
        .hasMessageStartingWith(
            "Invalid moe_selection_bias: [1.0] (must be num_experts numbers, 6)");
    assertThatThrownBy(() -> config.with(JSON.createObjectNode().put("moe_top_k", 6)))
        .hasMessageContaining("(must be absent if moe_top_k is num_experts: nothing is selected)");
  }

  @Test
  void readsTheVisionPartOfAWholeClip() {
    ObjectNode whole = JSON.createObjectNode().put("model_type", "clip");
    whole.putObject("text_config").put("hidden_size", 8);
    whole.set("vision_config", vision);
    vision.put("hidden_act", "gelu");
    VisionConfig config = VisionConfig.of(whole, "config.json");
    assertThat(config.hiddenSize()).isEqualTo(32);
    assertThat(config.hiddenAct()).isEqualTo(Activation.GELU);
    assertThat(config.headSize()).isEqualTo(8);
    assertThat(config.patches()).isEqualTo(16);
  }

  /** Source: config.json of google/siglip-so400m-patch14-384. */
  private static ObjectNode publishedSiglip() {
    ObjectNode whole = JSON.createObjectNode().put("model_type", "siglip");
    whole.put("initializer_factor", 1.0).put("torch_dtype", "float32");
    whole.putObject("text_config").put("hidden_size", 1152).put("model_type", "siglip_text_model");
    whole
        .putObject("vision_config")
        .put("hidden_size", 1152)
        .put("image_size", 384)
        .put("intermediate_size", 4304)
        .put("model_type", "siglip_vision_model")
        .put("num_attention_heads", 16)
        .put("num_hidden_layers", 27)
        .put("patch_size", 14);
    return whole;
  }

  @Test
  void readsThePublishedSiglip() {
    VisionConfig config = VisionConfig.of(publishedSiglip(), "config.json");
    assertThat(config.family()).isEqualTo(VisionFamily.SIGLIP);
    assertThat(config.hiddenAct()).isEqualTo(Activation.TANH_GELU);
    assertThat(config.layerNormEps()).isEqualTo(1e-6);
    assertThat(config.headSize()).isEqualTo(72);
    assertThat(config.tokens()).isEqualTo(729).isEqualTo(config.patches());
    assertThat(VisionConfig.of(config.toJson(), "config.json")).isEqualTo(config);
  }

  @Test
  void aSiglipGivesAllItsPatchesAndHasNoClassToken() {
    VisionConfig siglip = VisionConfig.of(publishedSiglip(), "config.json");
    parrot.put("mm_hidden_size", 1152).put("mm_vision_select_feature", "patch");
    ParrotConfig config = ParrotConfig.of(parrot, siglip, "config.json");
    assertThat(config.experts().used()).isTrue();
    assertThat(config.visualTokens()).isEqualTo(729);
    parrot.put("mm_vision_select_feature", "cls_patch");
    assertThatThrownBy(() -> ParrotConfig.of(parrot, siglip, "config.json"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "Invalid mm_vision_select_feature: cls_patch (must be patch, because SigLIP has no class"
                + " token) in config.json");
  }

  @Test
  void refusesAWholeModelWithAnotherFamilysVisionSide() {
    ObjectNode whole = publishedSiglip().put("model_type", "clip");
    assertThatThrownBy(() -> VisionConfig.of(whole, "config.json"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("model_type: siglip_vision_model (must be clip_vision_model)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model_type|\"llava\"|Invalid model_type: llava (must be one of parrot_qwen2, parrot_qwen3",
        "hidden_act|\"relu\"|Invalid hidden_act: relu (must be one of silu, swish",
        "hidden_size|0|Invalid hidden_size: 0 (must be a positive integer)",
        "hidden_size|null|Missing key hidden_size in config.json",
        "vocab_size|\"big\"|Invalid vocab_size: \"big\" (must be a positive integer)",
        "num_attention_heads|5|Invalid num_attention_heads: 5 (must be a divisor of hidden_size, 48)",
        "num_attention_heads|16|Invalid num_attention_heads: 16 (must be such that a head has an even",
        "num_key_value_heads|3|num_key_value_heads: 3 (must be a divisor of num_attention_heads, 4)",
        "head_dim|16|Invalid head_dim: 16 (must be hidden_size / num_attention_heads, 12)",
        "mm_hidden_size|64|mm_hidden_size: 64 (must be the hidden_size of the vision tower, 32)",
        "mm_vision_select_layer|-5|mm_vision_select_layer: -5 (must be between -4 and 3, the vision",
        "mm_vision_select_feature|\"patch\"|feature: patch (must be cls_patch if use_moe is true",
        "mm_vision_select_feature|\"cls\"|feature: cls (must be one of cls_patch, patch)",
        "mm_projector_type|\"resampler\"|mm_projector_type: resampler (must be linear or mlpNx_gelu",
        "mm_vision_tower|null|Missing key mm_vision_tower",
        "num_experts|null|Missing key num_experts",
        "moe_hidden_size|64|Invalid moe_hidden_size: 64 (must be equal to hidden_size, 48)",
        "moe_top_k|7|Invalid moe_top_k: 7 (must be at most num_experts, 6)",
        "moe_selection_bias|[1,\"x\"]|Invalid moe_selection_bias: [1,\"x\"] (must be a list of finite",
        "moe_weight|\"x\"|Invalid moe_weight: \"x\" (must be a finite number)",
        "moe_formula|\"mine\"|Invalid moe_formula: mine (must be one of published, paper)",
        "use_moe|1|Invalid use_moe: 1 (must be true or false)",
        "rms_norm_eps|-1|Invalid rms_norm_eps: -1.0 (must be a positive number)",
        "tokenizer_model_max_length|5000|length: 5000 (must be at most max_position_embeddings, 4096)",
        "image_aspect_ratio|\"anyres\"|Invalid image_aspect_ratio: anyres (must be pad)",
        "torch_dtype|\"int8\"|torch_dtype: int8 (must be one of float32, float16, bfloat16, float64)",
        "mm_use_im_start_end|true|Invalid mm_use_im_start_end: true (must be false)",
        "num_expert|4|Unknown key num_expert in config.json; did you mean num_experts?",
      })
  void refusesWhatIsImpossibleOrContradictory(String key, String value, String message)
      throws JsonProcessingException {
    parrot.set(key, JSON.readTree(value));
    assertThatThrownBy(this::parrot)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("config.json");
  }

  @Test
  void refusesThePapersFormulaWithoutItsResidual() {
    parrot.put("moe_formula", "paper").put("use_moe_residual", false);
    assertThatThrownBy(this::parrot)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "Invalid use_moe_residual: false (must be true if moe_formula is paper, which always"
                + " adds H) in config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model_type|\"dinov2\"|model_type: dinov2 (must be one of clip_vision_model, siglip_vision_model",
        "num_attention_heads|5|num_attention_heads: 5 (must be a divisor of hidden_size, 32)",
        "patch_size|8|Invalid patch_size: 8 (must be a divisor of image_size, 28)",
        "num_channels|1|Invalid num_channels: 1 (must be 3, red, green and blue)",
        "hidden_act|\"silu\"|Invalid hidden_act: silu (must be one of gelu, quick_gelu, gelu_pytorch_tanh; did you mean gelu?)",
      })
  void refusesAnImpossibleVisionEncoder(String key, String value, String message)
      throws JsonProcessingException {
    vision.set(key, JSON.readTree(value));
    assertThatThrownBy(this::vision)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("vision/config.json");
  }
}
