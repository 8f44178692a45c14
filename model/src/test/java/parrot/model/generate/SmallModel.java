package parrot.model.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.network.Batch;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;

/** A model with random weights, and prompts and images for it. */
final class SmallModel {
  private static final String CONFIG =
      """
      {"model_type": "parrot_qwen2", "hidden_size": 16, "intermediate_size": 24,
       "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
       "vocab_size": 50, "tie_word_embeddings": false, "max_position_embeddings": 64,
       "mm_hidden_size": 12, "mm_projector_type": "mlp2x_gelu", "mm_vision_tower": "vision",
       "mm_vision_select_layer": -2, "mm_vision_select_feature": "cls_patch",
       "num_experts": 3, "moe_hidden_size": 16, "moe_intermediate_size": 8, "moe_weight": 1.0,
       "use_moe": true, "use_moe_residual": true, "tokenizer_model_max_length": 64}
      """;

  private static final String VISION =
      """
      {"model_type": "clip_vision_model", "hidden_size": 12, "intermediate_size": 16,
       "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 14, "patch_size": 7}
      """;

  private SmallModel() {}

  /** Writes the configuration and opens it with random weights. */
  static ModelFolder open(java.nio.file.Path folder) throws IOException {
    Files.createDirectories(folder.resolve("vision"));
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("vision/config.json"), VISION);
    return ModelFolder.open(
        new Path(folder.toUri()),
        new Configuration(),
        List.of(""),
        new Initializer(1, Initializer.Experts.NORMAL));
  }

  /** A prompt of so many tokens, the second one an image. */
  static int[] prompt(int number, int length, ModelFolder model) {
    int[] prompt = text(number, length, model);
    prompt[1] = Batch.IMAGE;
    return prompt;
  }

  /** A prompt without an image. */
  static int[] text(int number, int length, ModelFolder model) {
    return new Random(number).ints(length, 0, model.config().decoder().vocabSize()).toArray();
  }

  static float[] pixels(int number, ModelFolder model) {
    int size = model.config().vision().imageSize();
    Random random = new Random(number);
    float[] pixels = new float[3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }
}
