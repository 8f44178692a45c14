package parrot.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.ModelException;

class AdapterConfigTest {
  /** The keys that PEFT writes for a language model. */
  @Test
  void readsWhatPeftWrites() {
    AdapterConfig config =
        read(
            """
            "alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": "",
            "bias": "none", "corda_config": null, "eva_config": null, "exclude_modules": null,
            "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true,
            "layer_replication": null, "layers_pattern": null, "layers_to_transform": null,
            "loftq_config": {}, "lora_alpha": 128, "lora_bias": false, "lora_dropout": 0.05,
            "megatron_config": null, "megatron_core": "megatron.core",
            "modules_to_save": ["mm_projector"], "qalora_group_size": 16, "r": 64,
            "rank_pattern": {}, "revision": null, "target_modules": ["q_proj", "v_proj"],
            "target_parameters": null, "task_type": "CAUSAL_LM",
            "trainable_token_indices": null, "use_dora": false, "use_qalora": false,
            "use_rslora": false
            """);
    assertThat(config.rank("base_model.model.model.layers.0.self_attn.q_proj")).isEqualTo(64);
    assertThat(config.scale("base_model.model.model.layers.0.self_attn.q_proj")).isEqualTo(2);
  }

  /** A text is matched against whole names of modules (PEFT: LoraConfig.target_modules). */
  @Test
  void namesItsLayersAsPeftMatchesThem() {
    Adapters adapters = new Adapters(8, 16, Adapters.ALL, 0.05);
    JsonNode json = AdapterConfig.json(adapters, List.of("lm_head"), "../base");
    assertThat(json.path("lora_dropout").asDouble()).isEqualTo(0.05);
    assertThat(json.path("modules_to_save").path(0).asText()).isEqualTo("lm_head");
    String pattern = json.path("target_modules").asText();
    assertThat(
            List.of(
                "model.layers.31.self_attn.q_proj",
                "model.layers.0.mlp.down_proj",
                "model.vision_tower.vision_tower.vision_model.encoder.layers.9.mlp.fc1",
                "model.vision_tower.vision_tower.vision_model.encoder.layers.9.self_attn.out_proj",
                "model.mm_projector",
                "model.mm_projector.2",
                "model.moe_model.experts.5.up_proj"))
        .allMatch(name -> name.matches(pattern));
    assertThat(List.of("lm_head", "model.moe_model.gate", "model.norm", "model.embed_tokens"))
        .noneMatch(name -> name.matches(pattern));
    assertThat(
            AdapterConfig.json(new Adapters(8, 16, List.of("v_proj")), List.of(), "..")
                .path("target_modules")
                .asText())
        .isEqualTo("model\\.layers\\.\\d+\\.(self_attn|mlp)\\.(v_proj)");
    assertThat(AdapterConfig.of(json, "adapter_config.json").asAdapters(Adapters.ALL))
        .contains(adapters);
  }

  @Test
  void dropsNothingUnlessItSaysSo() {
    assertThat(read("\"r\": 8, \"lora_alpha\": 8").asAdapters(Adapters.ALL))
        .contains(new Adapters(8, 8, Adapters.ALL));
  }

  @Test
  void aPatternNamesALayerOrTheEndOfOne() {
    AdapterConfig config =
        read("\"r\": 8, \"lora_alpha\": 8, \"alpha_pattern\": {\"^model.head\": 16, \"b\": 32}");
    assertThat(config.scale("base_model.model.model.head")).isEqualTo(2);
    assertThat(config.scale("base_model.model.model.model.head")).isEqualTo(1);
    assertThat(config.scale("base_model.model.a.b")).isEqualTo(4);
    assertThat(config.scale("base_model.model.ab")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"use_dora\": true | Cannot use key use_dora: true in adapter_config.json",
        "\"fan_in_fan_out\": true | Cannot use key fan_in_fan_out: true",
        "\"lora_bias\": true | Cannot use key lora_bias: true",
        "\"layer_replication\": [[0, 4]] | Cannot use key layer_replication",
        "\"of_tomorrow\": 3 | Cannot use key of_tomorrow: 3",
        "\"init_lora_weights\": \"pissa\" | others change the model itself",
        "\"lora_dropout\": 1 | Invalid lora_dropout: 1.0 (must be at least 0 and below 1)",
        "\"lora_dropout\": -0.1 | Invalid lora_dropout: -0.1 (must be at least 0 and below 1)",
        "\"lora_dropout\": \"some\" | Invalid lora_dropout: \"some\"",
        "\"rank_pattern\": {\"q\": 0} | must be a mapping of layers to positive integers",
        "\"alpha_pattern\": {\"(\": 1} | must be a mapping of layers' names or expressions",
      })
  void refusesWhatAsksForAnotherComputation(String keys, String message) {
    assertThatThrownBy(() -> read("\"r\": 8, \"lora_alpha\": 8, " + keys))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesAnotherKindOfAdapter() {
    assertThatThrownBy(() -> of("{\"peft_type\": \"IA3\"}"))
        .isInstanceOf(ModelException.class)
        .hasMessage("Invalid peft_type: IA3 (must be LORA) in adapter_config.json");
  }

  private static AdapterConfig read(String keys) {
    return of("{\"peft_type\": \"LORA\", " + keys + "}");
  }

  private static AdapterConfig of(String json) {
    try {
      return AdapterConfig.of(new ObjectMapper().readTree(json), "adapter_config.json");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
