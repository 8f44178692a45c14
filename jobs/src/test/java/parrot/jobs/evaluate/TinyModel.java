package parrot.jobs.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.shapes.ShapesTokenizer;
import parrot.model.weights.DataType;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;

/** A complete model folder with random weights and the tokenizer of Shapes. */
public final class TinyModel {
  private static final String CONFIG =
      """
      {"model_type": "parrot_qwen2", "hidden_act": "silu", "hidden_size": 32,
       "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
       "num_key_value_heads": 4, "vocab_size": %d, "rms_norm_eps": 1e-06,
       "rope_theta": 10000.0, "tie_word_embeddings": true, "max_position_embeddings": 512,
       "mm_hidden_size": 16, "mm_projector_type": "mlp2x_gelu", "mm_vision_select_layer": -2,
       "mm_vision_select_feature": "cls_patch", "mm_vision_tower": "vision", "num_experts": 6,
       "moe_hidden_size": 32, "moe_intermediate_size": 16, "moe_top_k": 6, "moe_weight": 1.0,
       "use_moe": true, "use_moe_residual": true, "tokenizer_model_max_length": 512,
       "torch_dtype": "float32"}
      """;

  private static final String VISION =
      """
      {"model_type": "clip_vision_model", "hidden_act": "quick_gelu", "hidden_size": 16,
       "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
       "image_size": 28, "patch_size": 14, "num_channels": 3, "layer_norm_eps": 1e-05}
      """;

  private static final String SIGLIP =
      """
      {"model_type": "siglip_vision_model", "hidden_size": 16, "intermediate_size": 32,
       "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 28, "patch_size": 13}
      """;

  private TinyModel() {}

  /** Writes the model into a new folder. */
  public static Path write(Path folder, long seed) throws IOException {
    return write(folder, seed, ShapesTokenizer.VOCABULARY_SIZE);
  }

  /** Writes a model whose vocabulary need not be its tokenizer's. */
  static Path write(Path folder, long seed, int vocabulary) throws IOException {
    return write(folder, seed, CONFIG.formatted(vocabulary), VISION);
  }

  /** Writes a model whose decoder is a Qwen3, with heads wider than their share. */
  public static Path writeQwen3(Path folder, long seed) throws IOException {
    String config = CONFIG.formatted(ShapesTokenizer.VOCABULARY_SIZE);
    return write(
        folder,
        seed,
        config.replace("\"parrot_qwen2\"", "\"parrot_qwen3\", \"head_dim\": 16"),
        VISION);
  }

  /** Writes a model whose vision encoder is a SigLIP. */
  public static Path writeSiglip(Path folder, long seed) throws IOException {
    String config = CONFIG.formatted(ShapesTokenizer.VOCABULARY_SIZE);
    return write(folder, seed, config.replace("cls_patch", "patch"), SIGLIP);
  }

  private static Path write(Path folder, long seed, String config, String vision)
      throws IOException {
    Files.createDirectories(folder.resolve("vision"));
    Files.writeString(folder.resolve("config.json"), config);
    Files.writeString(folder.resolve("vision/config.json"), vision);
    Files.writeString(folder.resolve("tokenizer.json"), ShapesTokenizer.json());
    Configuration configuration = new Configuration();
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder.toUri());
    try (ModelFolder random =
        ModelFolder.open(
            path, configuration, List.of(""), new Initializer(seed, Initializer.Experts.NORMAL))) {
      List<TensorSpec> specs = new ArrayList<>();
      for (String name : random.weights().names()) {
        specs.add(new TensorSpec(name, random.weights().shape(name), true));
      }
      FileSystem files = FileSystem.getLocal(configuration);
      files.setWriteChecksum(false);
      new SafetensorsWriter(DataType.F32)
          .write(
              files,
              path,
              specs,
              (spec, sink) -> random.weights().read(spec.name(), sink),
              1L << 30);
    }
    return folder;
  }
}
