package parrot.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.ModelException;

/**
 * Configurations as transformers 4 and 5, older Parrots and related models write them: the same
 * model in another dress is the same model, another computation is refused by its key.
 */
class PublishedKeysTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private ObjectNode parrot;
  private VisionConfig vision;
  private ParrotConfig usual;

  @BeforeEach
  void readPublished() throws IOException {
    Path folder = Path.of("src/test/resources/reference/network/align-and-instruct");
    parrot = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    vision =
        VisionConfig.of(
            JSON.readTree(folder.resolve("vision/config.json").toFile()), "vision/config.json");
    usual = parrot();
  }

  private ParrotConfig parrot() {
    return ParrotConfig.of(parrot, vision, "config.json");
  }

  /** Replaces keys; those that are null are removed. */
  private void change(String changes) throws IOException {
    for (var change : JSON.readTree(changes).properties()) {
      parrot.set(change.getKey(), change.getValue());
      if (change.getValue().isNull()) {
        parrot.remove(change.getKey());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "rope_theta only in rope_parameters|{'rope_theta':null,'rope_parameters':{'rope_theta':1000000.0,'rope_type':'default'}}",
        "rope_theta in both|{'rope_parameters':{'rope_theta':1000000.0,'rope_type':'default'}}",
        "rope_parameters by layer|{'rope_theta':null,'rope_parameters':{'full_attention':{'rope_theta':1000000,'rope_type':'default'}}}",
        "rope_scaling default|{'rope_scaling':{'rope_type':'default','rope_theta':1000000.0}}",
        "older rope_scaling default|{'rope_scaling':{'type':'default'}}",
        "partial_rotary_factor 1|{'partial_rotary_factor':1.0}",
        "dtype|{'torch_dtype':null,'dtype':'float32'}",
        "head_dim|{'head_dim':12}",
        "num_key_value_heads absent|{'num_key_value_heads':null}",
        "hidden_act absent|{'hidden_act':null}",
        "swish is silu|{'hidden_act':'swish'}",
        "rms_norm_eps absent|{'rms_norm_eps':null}",
        "tie_word_embeddings absent|{'tie_word_embeddings':null}",
        "use_moe absent|{'use_moe':null}",
        "use_moe_residual absent|{'use_moe_residual':null}",
        "moe_top_k absent|{'moe_top_k':null}",
        "attention_bias|{'attention_bias':true}",
        "use_sliding_window false|{'use_sliding_window':false}",
      })
  void theSameModelInOtherWords(String kind, String changes) throws IOException {
    change(changes.replace('\'', '"'));
    assertThat(parrot()).as(kind).isEqualTo(usual);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'use_sliding_window':true,'sliding_window':32768,'max_window_layers':0}",
        "{'use_sliding_window':true,'sliding_window':4,'max_window_layers':28}",
        "{'use_sliding_window':false,'sliding_window':4,'max_window_layers':0}",
        "{'layer_types':['sliding_attention','full_attention'],'sliding_window':64}",
        "{'layer_types':['full_attention','full_attention'],'sliding_window':4}",
        "{'rope_scaling':{'type':'dynamic','factor':2.0}}",
      })
  void whatChangesNothingForTheSequencesHereIsWrittenBack(String changes) throws IOException {
    JsonNode given = JSON.readTree(changes.replace('\'', '"'));
    change(given.toString());
    ParrotConfig config = parrot();
    assertThat(config.decoder().rotary().plain()).isTrue();
    for (var key : given.properties()) {
      if (!key.getKey().equals("use_sliding_window") || key.getValue().booleanValue()) {
        assertThat(config.toJson().get(key.getKey())).isEqualTo(key.getValue());
      }
    }
    assertThat(ParrotConfig.of(config.toJson(), vision, "again")).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'layer_types':['sliding_attention','sliding_attention'],'sliding_window':4}|sliding_window: 4 (must be at least the length that sequences are cut to, 64: layer_types asks",
        "{'use_sliding_window':true,'sliding_window':63,'max_window_layers':1}|sliding_window: 63 (must be at least the length that sequences are cut to, 64: use_sliding_window asks",
        "{'layer_types':['full_attention','linear_attention']}|Invalid layer_types: linear_attention (must be full_attention or sliding_attention)",
        "{'layer_types':['full_attention']}|must be one for each of num_hidden_layers, 2",
        "{'rope_parameters':{'rope_theta':5000.0,'rope_type':'default'}}|rope_parameters.rope_theta: 5000.0 (must be equal to rope_theta, 1000000.0)",
        "{'rope_scaling':{'rope_type':'llama3','factor':8.0}}|Invalid rope_scaling.rope_type: llama3 (must be one of default, linear, dynamic, yarn",
        "{'rope_scaling':{'type':'longrope'}}|Invalid rope_scaling.type: longrope",
        "{'rope_scaling':{'type':'mrope','mrope_section':[2,2,2]}}|Invalid rope_scaling.type: mrope",
        "{'rope_scaling':{'type':'linear'}}|Missing key rope_scaling.factor",
        "{'rope_scaling':{'type':'yarn','factor':4.0,'mscale':0.7}}|Unknown key rope_scaling.mscale",
        "{'rope_scaling':{'type':'dynamic','factor':2.0,'original_max_position_embeddings':32}}|sequences of up to 64 tokens are longer than the original 32",
        "{'rope_scaling':{'type':'linear','factor':2.0},'rope_parameters':{'rope_type':'default'}}|absent if rope_parameters is there",
        "{'partial_rotary_factor':0.5}|Invalid partial_rotary_factor: 0.5 (must be 1",
        "{'rope_parameters':{'rope_theta':1000000,'partial_rotary_factor':0.25}}|rope_parameters.partial_rotary_factor: 0.25 (must be 1",
        "{'rope_scaling':{'type':'linear','rope_type':'dynamic','factor':2.0}}|rope_scaling.rope_type: dynamic (must be equal to type, linear)",
        "{'num_hidden_layers':2000000000}|Invalid num_hidden_layers: 2000000000 (must be at most 10000)",
        "{'num_experts':2000000000}|Invalid num_experts: 2000000000 (must be at most 10000)",
        "{'use_moe':false,'num_experts':2000000000}|Invalid num_experts: 2000000000 (must be at most 10000)",
        "{'dtype':'bfloat16'}|Invalid dtype: bfloat16 (must be equal to torch_dtype, float32)",
        "{'mm_vision_select_feature':null}|Invalid mm_vision_select_feature: patch (must be cls_patch if use_moe is true",
        "{'mm_vision_select_layer':null}|Missing key mm_vision_select_layer",
        "{'hidden_act':'gelu'}|Invalid hidden_act: gelu (must be one of silu, swish",
        "{'attention_bias':false}|Invalid attention_bias: false (must be true",
        "{'mlp_bias':true}|Cannot use key mlp_bias: true in config.json",
        "{'attention_dropout':0.1}|Cannot use key attention_dropout: 0.1 in config.json",
        "{'use_qk_norm':true}|Cannot use key use_qk_norm: true",
        "{'final_logit_softcapping':30.0}|Cannot use key final_logit_softcapping: 30.0",
        "{'residual_multiplier':0.22}|Cannot use key residual_multiplier: 0.22",
        "{'norm_type':'layernorm'}|Cannot use key norm_type: \"layernorm\"",
        "{'mm_resampler_type':'spatial_pool'}|Cannot use key mm_resampler_type",
        "{'quantization_config':{'bits':4}}|Invalid quantization_config: {\"bits\":4} (must be absent",
        "{'quantization':{'bits':4}}|Cannot use key quantization: {\"bits\":4}",
      })
  void anotherComputationIsRefusedByItsKey(String changes, String message) throws IOException {
    change(changes.replace('\'', '"'));
    assertThatThrownBy(this::parrot)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("config.json");
  }

  @Test
  void aRopeThetaWithoutAValueIsNotAnAbsentOne() {
    parrot.putNull("rope_theta");
    assertThatThrownBy(this::parrot)
        .hasMessageContaining("Invalid rope_theta: null (must be a positive number)");
    parrot.putObject("rope_parameters").put("rope_theta", 1000000.0);
    assertThat(parrot()).isEqualTo(usual);
  }

  @Test
  void harmlessKeysAndThoseThatAreOffAreWrittenBack() throws IOException {
    String harmless =
        """
        {"_name_or_path": "/models/parrot", "transformers_version": "5.0.0", "use_cache": true,
         "initializer_range": 0.02, "eos_token_id": [7, 8], "attention_dropout": 0.0,
         "tune_mm_mlp_adapter": false, "freeze_mm_mlp_adapter": true, "unfreeze_mm_vision_tower": true,
         "unsloth_version": "2024.12", "unsloth_fixed": true,
         "tokenizer_padding_side": "right", "use_mrope": false, "sep_token_id": null}
        """;
    change(harmless);
    ObjectNode written = parrot().toJson();
    for (var key : JSON.readTree(harmless).properties()) {
      if (!key.getValue().isNull()) {
        assertThat(written.get(key.getKey())).isEqualTo(key.getValue());
      }
    }
    assertThat(parrot().eosTokenIds()).containsExactly(7, 8);
  }

  /** The config.json of Qwen3-0.6B as its publisher has it. */
  @Test
  void aQwen3ChoosesTheSizeOfItsHeadsAndHasNoBiases() throws IOException {
    JsonNode json =
        JSON.readTree(
            """
            {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false,
             "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
             "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024,
             "initializer_range": 0.02, "intermediate_size": 3072,
             "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
             "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8,
             "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000,
             "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
             "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false,
             "vocab_size": 151936}
            """);
    DecoderConfig qwen3 = DecoderConfig.of(json, 2048, "config.json");
    assertThat(qwen3.family()).isEqualTo(DecoderFamily.QWEN3);
    assertThat(qwen3.querySize()).isEqualTo(2048);
    assertThat(qwen3.keyValueSize()).isEqualTo(1024);
    ((ObjectNode) json).put("attention_bias", true);
    assertThatThrownBy(() -> DecoderConfig.of(json, 2048, "config.json"))
        .hasMessageContaining("Invalid attention_bias: true (must be false, as a Qwen3's query");
    change("{\"model_type\": \"parrot_qwen3\", \"head_dim\": 16}");
    ParrotConfig whole = parrot();
    assertThat(whole.decoder().querySize()).isEqualTo(64);
    assertThat(whole.toJson().path("model_type").asText()).isEqualTo("parrot_qwen3");
    assertThat(ParrotConfig.of(whole.toJson(), vision, "again")).isEqualTo(whole);
    assertThat(usual.decoder().contradictions(whole.decoder()))
        .contains("model_type (got qwen3, expected qwen2)", "head_dim (got 16, expected 12)");
  }

  @Test
  void anAbsentMoeWeightIsOneAsInThePublishedCode() throws IOException {
    change("{\"moe_weight\": null}");
    assertThat(parrot().experts().weight()).isEqualTo(1);
  }

  @Test
  void theDecodersKeysMayStandInATextConfig() throws IOException {
    ObjectNode text = JSON.createObjectNode().put("model_type", "qwen2").put("dtype", "bfloat16");
    for (String key : new String[] {"hidden_size", "num_hidden_layers", "rope_theta"}) {
      text.set(key, parrot.remove(key));
    }
    text.set("vocab_size", parrot.get("vocab_size"));
    parrot.set("text_config", text);
    assertThat(parrot()).isEqualTo(usual);
    text.put("vocab_size", 7);
    assertThatThrownBy(this::parrot)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "Invalid text_config.vocab_size: 7 (must be equal to vocab_size, 120) in config.json");
  }

  @Test
  void anAbsentKeyOfAClipHasTheDefaultOfTransformers() throws IOException {
    VisionConfig config =
        VisionConfig.of(
            JSON.readTree(
                """
                {"model_type": "clip", "text_config": {}, "projection_dim": 768,
                 "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024,
                   "image_size": 336, "intermediate_size": 4096, "num_attention_heads": 16,
                   "num_hidden_layers": 24, "patch_size": 14, "dropout": 0.0,
                   "projection_dim": 768, "tie_word_embeddings": true},
                 "vision_config_dict": {"hidden_size": 1024, "image_size": 336}}
                """),
            "config.json");
    assertThat(config.layerNormEps()).isEqualTo(1e-5);
    assertThat(config.numChannels()).isEqualTo(3);
    assertThat(config.patches()).isEqualTo(576);
    VisionConfig smallest = VisionConfig.of(JSON.createObjectNode(), "config.json");
    assertThat(smallest.hiddenSize()).isEqualTo(768);
    assertThat(smallest.patches()).isEqualTo(49);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model_type':'dinov2','vision_config':{}}|Invalid model_type: dinov2 (must be one of clip",
        "{'vision_config':{'hidden_size':32},'vision_config_dict':{'hidden_size':64}}|vision_config_dict.hidden_size: 64 (must be equal to that of vision_config, 32)",
        "{'num_register_tokens':4}|Cannot use key num_register_tokens: 4",
        "{'vision_config':{'hidden_act':'relu'}}|Invalid vision_config.hidden_act: relu",
      })
  void anotherVisionEncoderIsRefusedByItsKey(String json, String message) throws IOException {
    JsonNode clip = JSON.readTree(json.replace('\'', '"'));
    assertThatThrownBy(() -> VisionConfig.of(clip, "config.json"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(" in config.json");
  }
}
