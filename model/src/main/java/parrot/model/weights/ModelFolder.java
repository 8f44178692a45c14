package parrot.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;

/**
 * A model as it lies in a folder, local or in HDFS: {@code config.json}, weights, the vision
 * encoder's folder that {@code mm_vision_tower} names (relative to the folder, or absolute), and a
 * {@code tokenizer.json} if there is one. The vision encoder's tensors lie in its own folder, or
 * inside the model's weights as published Parrots keep a trained one; then only its configuration
 * is needed.
 *
 * <p>A folder with an adapter holds what was trained, and names the folder of the model that holds
 * the rest; its own {@code config.json}, if it has one, comes before that model's.
 *
 * <p>Opening reads headers, checks every name and shape, and leaves the values where they are.
 */
public final class ModelFolder implements AutoCloseable {
  private final Path folder;
  private final Path base;
  private final ParrotConfig config;
  private final ModelWeights weights;
  private final Optional<Path> tokenizer;
  private final List<Integer> endTokens;

  private ModelFolder(
      Path folder,
      Path base,
      ParrotConfig config,
      ModelWeights weights,
      Optional<Path> tokenizer,
      List<Integer> endTokens) {
    this.folder = folder;
    this.base = base;
    this.config = config;
    this.weights = weights;
    this.tokenizer = tokenizer;
    this.endTokens = endTokens;
  }

  /**
   * Opens a complete model.
   *
   * @throws ModelException saying which file, key or tensors are wrong and what to do
   */
  public static ModelFolder open(Path folder, Configuration configuration) {
    return open(folder, configuration, List.of(), new Initializer(0, Initializer.Experts.NORMAL));
  }

  /**
   * Opens a model whose parts need not all be there yet.
   *
   * @param mayBeMissing prefixes of tensor names, such as {@link TensorNames#PROJECTOR}; the empty
   *     prefix allows everything to be missing, the weights' file included
   * @param initializer gives the values of what is missing
   * @throws ModelException saying which file, key or tensors are wrong and what to do
   */
  public static ModelFolder open(
      Path folder,
      Configuration configuration,
      Collection<String> mayBeMissing,
      Initializer initializer) {
    return open(folder, configuration, mayBeMissing, initializer, Optional.empty());
  }

  /**
   * As above, with a vision encoder from elsewhere. Its configuration counts, whatever the model
   * says of its own; its tensors are not among those of the model.
   *
   * @param elsewhere empty to use the model's own
   */
  public static ModelFolder open(
      Path folder,
      Configuration configuration,
      Collection<String> mayBeMissing,
      Initializer initializer,
      Optional<VisionFolder> elsewhere) {
    Optional<Path> adapted = Adapter.modelOf(folder, configuration);
    Path base = adapted.orElse(folder);
    Path home = ConfigFile.exists(new Path(folder, ConfigFile.NAME), configuration) ? folder : base;
    Path file = new Path(home, ConfigFile.NAME);
    JsonNode json = ConfigFile.read(file, configuration, "the model");
    VisionFolder vision =
        elsewhere.orElseGet(() -> VisionFolder.ofModel(home, json, configuration));
    if (elsewhere.isPresent()) {
      ((ObjectNode) json).put("mm_hidden_size", vision.config().hiddenSize());
    }
    ParrotConfig bare = ParrotConfig.of(json, vision.config(), file.toString());
    Optional<Adapter> adapter =
        adapted.map(model -> Adapter.openBeside(bare, folder, configuration));
    ParrotConfig config = bare.withAdapters(adapter.map(found -> found.beside(bare)));

    ModelWeights weights = new ModelWeights(folder.toString(), config, initializer);
    adapter.map(WeightFiles::of).ifPresent(weights::add);
    boolean complete = false;
    try {
      add(weights, base, configuration, mayBeMissing.contains(""));
      if (elsewhere.isEmpty() && !weights.holdsVision()) {
        boolean mayStart = mayBeMissing.stream().anyMatch(TensorNames.VISION::startsWith);
        vision.weights(configuration, mayStart).ifPresent(weights::add);
      }
      weights.check(mayBeMissing);
      Optional<Path> tokenizer =
          tokenizer(folder, configuration).or(() -> tokenizer(home, configuration));
      List<Integer> endTokens = endTokens(home, config, configuration);
      complete = true;
      return new ModelFolder(folder, base, config, weights, tokenizer, endTokens);
    } finally {
      if (!complete) {
        weights.close();
      }
    }
  }

  /** The {@code tokenizer.json} of a folder, or the {@code vocab.json} of a slow tokenizer. */
  public static Optional<Path> tokenizer(Path folder, Configuration configuration) {
    return Stream.of("tokenizer.json", "vocab.json")
        .map(name -> new Path(folder, name))
        .filter(path -> ConfigFile.exists(path, configuration))
        .findFirst();
  }

  private static void add(
      ModelWeights weights, Path folder, Configuration configuration, boolean mayBeMissing) {
    if (mayBeMissing) {
      WeightFiles.openIfPresent(folder, configuration).ifPresent(weights::add);
    } else {
      weights.add(WeightFiles.open(folder, configuration));
    }
  }

  public Path folder() {
    return folder;
  }

  public ParrotConfig config() {
    return config;
  }

  /** All tensors that the configuration asks for, the vision encoder's included. */
  public Weights weights() {
    return weights;
  }

  /**
   * This model, if no adapters lie beside it.
   *
   * @throws ModelException if there are some
   */
  public ModelFolder requireMerged() {
    if (config.adapters().isPresent()) {
      throw new ModelException(
          "Cannot use %s here: its adapters are not merged; merge them first: parrot merge-adapter --model %s --adapter %s --out DIR"
              .formatted(folder, base, folder));
    }
    return this;
  }

  /** Names of the tensors that the files do not hold. */
  public Set<String> initialised() {
    return weights.initialised();
  }

  /** Of {@code config.json} and, if there is one, of {@code generation_config.json}. */
  private static List<Integer> endTokens(
      Path folder, ParrotConfig config, Configuration configuration) {
    Set<Integer> ids = new LinkedHashSet<>(config.eosTokenIds());
    Path file = new Path(folder, "generation_config.json");
    if (ConfigFile.exists(file, configuration)) {
      ids.addAll(
          ParrotConfig.eosTokenIds(
              ConfigFile.read(file, configuration, "the settings of generation"), file.toString()));
    }
    return List.copyOf(ids);
  }

  /** Ids that end an answer, as the model's files say; empty if they say nothing. */
  public List<Integer> endTokens() {
    return endTokens;
  }

  /** As {@link #tokenizer(Path, Configuration)} of the folder. */
  public Optional<Path> tokenizer() {
    return tokenizer;
  }

  @Override
  public void close() {
    weights.close();
  }
}
