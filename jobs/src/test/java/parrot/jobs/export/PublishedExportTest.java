package parrot.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.CommandLines;
import parrot.model.weights.DataType;
import parrot.model.weights.Safetensors;

/**
 * What the published code expects of a folder, written down from it: github.com/AIDC-AI/Parrot at
 * f5de9c1 (parrot/model: parrot_arch.py, language_model/parrot_qwen2.py, moe_model/moe.py,
 * multimodal_encoder/clip_encoder.py and builder.py, multimodal_projector/builder.py), and the
 * Qwen2ForCausalLM and CLIPVisionModel of transformers that it derives from.
 */
class PublishedExportTest {
  private static final Path MODEL =
      Path.of("../model/src/test/resources/reference/network/align-and-instruct");
  private static final int VOCABULARY = 120;
  private static final int WIDTH = 48;
  private static final int INNER = 96;
  private static final int LAYERS = 2;
  private static final int KEYS = 48;
  private static final int EXPERTS = 6;
  private static final int EXPERT_INNER = 40;
  private static final int VISION = 32;
  private static final int PATCHES = 16;

  @TempDir Path folder;
  private final Map<String, List<Integer>> expected = new TreeMap<>();
  private JsonNode clip;

  @BeforeEach
  void export() throws IOException {
    PrintWriter out = new PrintWriter(new StringWriter());
    assertThat(
            CommandLines.run(
                out,
                out,
                "export",
                "--model",
                MODEL.toString(),
                "--out",
                folder.resolve("out").toString(),
                "--vision-tower",
                "openai/clip-vit-tiny"))
        .isZero();
    clip = json("clip-vit-tiny/config.json");
  }

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("out").resolve(file).toFile());
  }

  @Test
  void everyTensorHasThePublishedNameShapeAndType() {
    language();
    vision();
    Path file = folder.resolve("out/model.safetensors");
    try (Safetensors weights =
        Safetensors.open(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration())) {
      Map<String, List<Integer>> written = new TreeMap<>();
      for (String name : weights.names()) {
        written.put(name, Arrays.stream(weights.shape(name)).boxed().toList());
        assertThat(weights.type(name)).as(name).isEqualTo(DataType.BF16);
      }
      assertThat(written).isEqualTo(expected);
    }
  }

  private void language() {
    add("model.embed_tokens.weight", VOCABULARY, WIDTH);
    for (int i = 0; i < LAYERS; i++) {
      String layer = "model.layers." + i + ".";
      add(layer + "input_layernorm.weight", WIDTH);
      add(layer + "post_attention_layernorm.weight", WIDTH);
      linear(layer + "self_attn.q_proj", WIDTH, WIDTH);
      linear(layer + "self_attn.k_proj", KEYS, WIDTH);
      linear(layer + "self_attn.v_proj", KEYS, WIDTH);
      add(layer + "self_attn.o_proj.weight", WIDTH, WIDTH);
      add(layer + "mlp.gate_proj.weight", INNER, WIDTH);
      add(layer + "mlp.up_proj.weight", INNER, WIDTH);
      add(layer + "mlp.down_proj.weight", WIDTH, INNER);
    }
    add("model.norm.weight", WIDTH);
    add("lm_head.weight", VOCABULARY, WIDTH);
    linear("model.mm_projector.0", WIDTH, VISION);
    linear("model.mm_projector.2", WIDTH, WIDTH);
    add("model.moe_model.gate.weight", EXPERTS, WIDTH);
    for (int i = 0; i < EXPERTS; i++) {
      String expert = "model.moe_model.experts." + i + ".";
      add(expert + "gate_proj.weight", EXPERT_INNER, WIDTH);
      add(expert + "up_proj.weight", EXPERT_INNER, WIDTH);
      add(expert + "down_proj.weight", WIDTH, EXPERT_INNER);
    }
  }

  private void vision() {
    int patch = clip.path("patch_size").asInt();
    int inner = clip.path("intermediate_size").asInt();
    String tower = "model.vision_tower.vision_tower.vision_model.";
    add(tower + "embeddings.class_embedding", VISION);
    add(tower + "embeddings.patch_embedding.weight", VISION, 3, patch, patch);
    add(tower + "embeddings.position_embedding.weight", PATCHES + 1, VISION);
    linear(tower + "pre_layrnorm", VISION);
    for (int i = 0; i < clip.path("num_hidden_layers").asInt(); i++) {
      String layer = tower + "encoder.layers." + i + ".";
      for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        linear(layer + "self_attn." + name, VISION, VISION);
      }
      linear(layer + "layer_norm1", VISION);
      linear(layer + "layer_norm2", VISION);
      linear(layer + "mlp.fc1", inner, VISION);
      linear(layer + "mlp.fc2", VISION, inner);
    }
    linear(tower + "post_layernorm", VISION);
  }

  private void add(String name, Integer... shape) {
    expected.put(name, List.of(shape));
  }

  private void linear(String name, Integer... shape) {
    add(name + ".weight", shape);
    add(name + ".bias", shape[0]);
  }

  /** Keys without a default there, and those whose default would be another computation. */
  @Test
  void everyKeyThatThePublishedCodeReadsIsThere() throws IOException {
    JsonNode config = json("config.json");
    Map<String, Object> keys = new TreeMap<>();
    keys.put("model_type", "parrot_qwen2");
    keys.put("mm_vision_tower", "openai/clip-vit-tiny");
    keys.put("mm_vision_select_layer", -2);
    keys.put("mm_vision_select_feature", "cls_patch");
    keys.put("mm_projector_type", "mlp2x_gelu");
    keys.put("mm_hidden_size", VISION);
    keys.put("moe_hidden_size", WIDTH);
    keys.put("moe_intermediate_size", EXPERT_INNER);
    keys.put("num_experts", EXPERTS);
    keys.put("moe_top_k", EXPERTS);
    keys.put("moe_weight", 0.1);
    keys.put("use_moe", true);
    keys.put("use_moe_residual", true);
    keys.put("image_aspect_ratio", "pad");
    keys.put("hidden_size", WIDTH);
    keys.put("intermediate_size", INNER);
    keys.put("num_hidden_layers", LAYERS);
    keys.put("num_attention_heads", 4);
    keys.put("num_key_value_heads", 4);
    keys.put("vocab_size", VOCABULARY);
    keys.put("rms_norm_eps", 1e-6);
    keys.put("rope_theta", 1e6);
    keys.put("hidden_act", "silu");
    keys.put("tie_word_embeddings", false);
    keys.put("torch_dtype", "bfloat16");
    ObjectMapper mapper = new ObjectMapper();
    keys.forEach(
        (key, value) ->
            assertThat(config.path(key).asText())
                .as(key)
                .isEqualTo(mapper.valueToTree(value).asText()));
    assertThat(config.path("architectures").path(0).asText()).isEqualTo("ParrotQwen2ForCausalLM");
    assertThat(clip.path("model_type").asText()).isEqualTo("clip_vision_model");
    List<String> imageKeys = new ArrayList<>();
    json("clip-vit-tiny/preprocessor_config.json").fieldNames().forEachRemaining(imageKeys::add);
    assertThat(imageKeys)
        .contains("crop_size", "image_mean", "image_std", "size", "resample", "do_normalize");
  }
}
