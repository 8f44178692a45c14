package parrot.jobs.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.language.Language;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.ShardWriter;
import parrot.datasets.shard.Totals;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;

/** A model that trains in milliseconds, shards that teach it something, configurations. */
public final class SmallWorld {
  public static final int SIZE = 14;
  public static final int VOCABULARY = 40;

  public final java.nio.file.Path folder;
  private final FileSystem files;

  public SmallWorld(java.nio.file.Path folder) throws IOException {
    this.folder = folder;
    this.files = FileSystems.of(new Path(folder.toUri()), new Configuration());
    model();
    shards("train", 60, 1);
    shards("held-out", 12, 2);
  }

  private void model() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = json.createObjectNode();
    config.put("model_type", "parrot_qwen2");
    config.put("hidden_size", 16).put("intermediate_size", 24).put("num_hidden_layers", 1);
    config.put("num_attention_heads", 2).put("num_key_value_heads", 2);
    config.put("vocab_size", VOCABULARY).put("tie_word_embeddings", true);
    config.put("max_position_embeddings", 256).put("mm_hidden_size", 12);
    config.put("mm_projector_type", "mlp2x_gelu").put("mm_vision_tower", "vision");
    config.put("mm_vision_select_layer", -2).put("mm_vision_select_feature", "cls_patch");
    config.put("num_experts", 3).put("moe_hidden_size", 16).put("moe_intermediate_size", 8);
    config.put("moe_weight", 1.0).put("use_moe", true).put("use_moe_residual", true);
    config.put("tokenizer_model_max_length", 64);
    ObjectNode vision = json.createObjectNode();
    vision.put("model_type", "clip_vision_model");
    vision.put("hidden_size", 12).put("intermediate_size", 16).put("num_hidden_layers", 2);
    vision.put("num_attention_heads", 2).put("image_size", SIZE).put("patch_size", 7);
    Files.createDirectories(folder.resolve("model/vision"));
    json.writeValue(folder.resolve("model/config.json").toFile(), config);
    json.writeValue(folder.resolve("model/vision/config.json").toFile(), vision);
  }

  /** Every answer repeats a token of the question; images are noise. */
  void shards(String name, int rows, long seed) throws IOException {
    Random random = new Random(seed);
    shards(files, folder, name, rows, id -> example(random, id));
  }

  /** A data set in two shards. */
  static void shards(
      FileSystem files,
      java.nio.file.Path folder,
      String name,
      int rows,
      Function<String, TrainingExample> example)
      throws IOException {
    try (AtomicFolder out =
        AtomicFolder.create(files, new Path(folder.resolve(name).toUri()), false)) {
      List<ShardFile> written = new ArrayList<>();
      TreeMap<String, Long> languages = new TreeMap<>();
      for (int shard = 0; shard < 2; shard++) {
        Path file = new Path(out.path(), "part-" + shard + ".parquet");
        ShardWriter writer = new ShardWriter(files, file, SIZE, 8);
        for (int i = 0; i < rows / 2; i++) {
          TrainingExample row = example.apply(name + shard + "-" + i);
          writer.write(row);
          languages.merge(row.language().toString(), 1L, Long::sum);
        }
        writer.close();
        written.add(writer.description());
      }
      long total = written.stream().mapToLong(ShardFile::rows).sum();
      TreeMap<String, LanguageStatistics> lengths = new TreeMap<>();
      languages.forEach((language, count) -> lengths.put(language, lengths(count)));
      new Manifest(
              ShardSchema.VERSION,
              "none",
              SIZE,
              new Totals(total, total, 0, 0),
              lengths,
              new TreeMap<>(),
              new TreeMap<>(Map.of("seed", "1")),
              "fingerprint",
              written)
          .write(files, out.path());
      out.publish();
    }
  }

  /** As if all rows had as many positions as the longest. */
  private static LanguageStatistics lengths(long rows) {
    return LanguageStatistics.of(0, 0, 0, Map.of(10 + 4, rows));
  }

  private static TrainingExample example(Random random, String id) {
    boolean image = random.nextInt(4) > 0;
    int length = 5 + random.nextInt(6);
    int[] tokens = new int[length];
    int[] labels = new int[length];
    Arrays.setAll(tokens, i -> 2 + random.nextInt(VOCABULARY - 2));
    Arrays.fill(labels, -100);
    if (image) {
      tokens[0] = -200;
    }
    tokens[length - 2] = tokens[1];
    tokens[length - 1] = 1;
    labels[length - 2] = tokens[length - 2];
    labels[length - 1] = 1;
    byte[] pixels = null;
    if (image) {
      pixels = new byte[3 * SIZE * SIZE];
      random.nextBytes(pixels);
    }
    Language language = Language.PUBLISHED.get(random.nextInt(6));
    return new TrainingExample(id, language, tokens, labels, pixels, id);
  }

  public String path(String name) {
    return folder.resolve(name).toString();
  }

  /**
   * A configuration for a copy of this world.
   *
   * @param there the copy's folder, with a slash at its end; the run is made in it
   */
  public TrainConfig configAt(String there, String out, String... settings) {
    List<String> all = new ArrayList<>();
    all.add("out=" + there + out);
    all.add("model.folder=" + there + "model");
    all.add("data=[" + there + "train]");
    all.add("held_out.data=[" + there + "held-out]");
    all.addAll(List.of(settings));
    return config("unused", all.toArray(String[]::new));
  }

  /** A configuration of everything but what is given. */
  public TrainConfig config(String out, String... settings) {
    String yaml =
        """
        train: [projector, experts, decoder]
        out: %s
        model: {folder: %s, initialize: [vision, projector, experts, decoder]}
        data: [%s]
        held_out: {data: [%s], every: 2}
        replicas: 2
        average_every: 2
        batch_size: 4
        max_examples: 58
        optimizer: {learning_rate: 1.0e-2, warmup_steps: 2}
        kernels: {name: reference, threads: 1}
        """
            .formatted(path(out), path("model"), path("train"), path("held-out"));
    return TrainConfigReader.read(yaml, List.of(settings));
  }
}
