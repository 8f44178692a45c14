package parrot.jobs.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.weights.DataType;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/**
 * Images of one of four brightnesses, named in six languages that share no word but that of the
 * question; and a model whose router sends every question to the first expert.
 */
final class CollapsedWorld {
  private static final int SIZE = 14;
  private static final int SHADES = 4;
  private static final int EXPERTS = 6;
  private static final int WIDTH = 16;
  private static final int END = 1;
  private static final int QUESTION = 2;
  private static final int MARKS = 3;
  private static final int ANSWERS = MARKS + 6;
  private static final int VOCABULARY = ANSWERS + 6 * SHADES;
  private static final double LEAD = 4;
  private static final Configuration HADOOP = new Configuration();

  private final Path folder;

  CollapsedWorld(Path folder, long seed) throws IOException {
    this.folder = folder;
    model(seed);
    FileSystem files = FileSystems.of(new org.apache.hadoop.fs.Path(folder.toUri()), HADOOP);
    Random random = new Random(seed);
    SmallWorld.shards(files, folder, "train", 600, id -> example(random, id));
  }

  private void model(long seed) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = json.createObjectNode();
    config.put("model_type", "parrot_qwen2").put("initializer_range", 0.2);
    config.put("hidden_size", WIDTH).put("intermediate_size", 32).put("num_hidden_layers", 1);
    config.put("num_attention_heads", 2).put("num_key_value_heads", 2);
    config.put("vocab_size", VOCABULARY).put("tie_word_embeddings", true);
    config.put("max_position_embeddings", 64).put("tokenizer_model_max_length", 64);
    config.put("mm_vision_select_layer", -2).put("mm_vision_select_feature", "cls_patch");
    config.put("mm_projector_type", "mlp2x_gelu").put("mm_vision_tower", "vision");
    config.put("num_experts", EXPERTS).put("moe_intermediate_size", 16).put("moe_top_k", 1);
    config.put("moe_weight", 1.0).put("use_moe", true);
    ObjectNode vision = json.createObjectNode();
    vision.put("model_type", "clip_vision_model");
    vision.put("hidden_size", 12).put("intermediate_size", 16).put("num_hidden_layers", 2);
    vision.put("num_attention_heads", 2).put("image_size", SIZE).put("patch_size", 7);
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.createDirectories(model.resolve("vision"));
    json.writeValue(model.resolve("config.json").toFile(), config);
    json.writeValue(model.resolve("vision/config.json").toFile(), vision);
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(model.toUri());
    Initializer start = new Initializer(seed, Initializer.Experts.NORMAL);
    try (ModelFolder random = ModelFolder.open(path, HADOOP, List.of(""), start)) {
      List<TensorSpec> tensors =
          TensorNames.of(random.config()).stream().filter(TensorSpec::required).toList();
      float[] embeddings = random.weights().read(TensorNames.EMBEDDING);
      new SafetensorsWriter(DataType.F32)
          .write(
              FileSystems.of(path, HADOOP),
              path,
              tensors,
              (tensor, sink) -> {
                float[] values = random.weights().read(tensor.name());
                if (tensor.name().endsWith("moe_model.gate.weight")) {
                  lead(values, embeddings);
                }
                sink.accept(0, values, values.length);
              },
              1L << 30);
    }
  }

  /** The first expert looks for the word of the question, which is in all of them. */
  private static void lead(float[] gate, float[] embeddings) {
    double squares = 0;
    for (int i = 0; i < WIDTH; i++) {
      squares += Math.pow(embeddings[QUESTION * WIDTH + i], 2);
    }
    for (int i = 0; i < WIDTH; i++) {
      gate[i] += (float) (LEAD / squares * embeddings[QUESTION * WIDTH + i]);
    }
  }

  private static TrainingExample example(Random random, String id) {
    int language = random.nextInt(6);
    int shade = random.nextInt(SHADES);
    int answer = ANSWERS + language * SHADES + shade;
    int[] tokens = {
      -200, QUESTION, QUESTION, QUESTION, MARKS + language, MARKS + language, answer, END
    };
    int[] labels = new int[tokens.length];
    Arrays.fill(labels, -100);
    labels[6] = answer;
    labels[7] = END;
    byte[] pixels = new byte[3 * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (30 + 50 * shade + random.nextInt(40));
    }
    return new TrainingExample(id, Language.PUBLISHED.get(language), tokens, labels, pixels, id);
  }

  /** A run of 40 rounds of 256 examples. */
  TrainConfig config(String out, String... settings) {
    String yaml =
        """
        train: [projector, experts, decoder]
        out: %s
        model: {folder: %s}
        data: [%s]
        replicas: 2
        average_every: 8
        batch_size: 16
        max_examples: 10240
        optimizer: {learning_rate: 5.0e-3, warmup_steps: 10}
        kernels: {threads: 1}
        """
            .formatted(folder.resolve(out), folder.resolve("model"), folder.resolve("train"));
    return TrainConfigReader.read(yaml, List.of(settings));
  }

  /** Share of questions about new images that a checkpoint answers with the right word. */
  static double accuracy(org.apache.hadoop.fs.Path checkpoint, int questions, long seed) {
    Random random = new Random(seed);
    int right = 0;
    try (ModelFolder model = ModelFolder.open(checkpoint, HADOOP)) {
      ParrotConfig config = model.config();
      try (ParrotNetwork network =
          ParrotNetwork.frozen(
              config,
              new FrozenWeights(model.weights()),
              Kernels.create("onednn", Precision.F32, 1))) {
        for (int i = 0; i < questions; i++) {
          TrainingExample example = example(random, "question");
          int[] prompt = Arrays.copyOf(example.tokenIds(), 6);
          float[] pixels = VisionEncoder.CLIP.normalize(example.pixels(), SIZE);
          float[] logits =
              network.read(
                  network.embed(prompt, network.encode(pixels)), network.newCache(64), true);
          right += largest(logits) == example.tokenIds()[6] ? 1 : 0;
        }
      }
    }
    return (double) right / questions;
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
