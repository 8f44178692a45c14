package parrot.jobs.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.jobs.checkpoint.CheckpointLayout;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.Companions;
import parrot.jobs.config.TrainConfig;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;
import parrot.model.config.Suggestion;
import parrot.model.network.Part;
import parrot.model.tensor.ElementType;
import parrot.model.weights.FloatSink;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.VisionFolder;
import parrot.model.weights.WeightFiles;
import parrot.model.weights.Weights;

/**
 * The weights that a run begins with, put together from a model, folders of single parts, and fresh
 * values.
 */
final class StartingModel implements AutoCloseable {
  private static final int SHOWN = 5;

  /** Keys of config.json that a model may lack. */
  private static final List<String> OPTIONAL_KEYS =
      List.of(
          "moe_formula",
          "moe_guide",
          "moe_hidden_size",
          "moe_intermediate_size",
          "moe_top_k",
          "moe_selection_bias",
          "initializer_range",
          "rope_scaling",
          "bos_token_id",
          "eos_token_id",
          "pad_token_id");

  private final ModelFolder base;
  private final ParrotConfig config;
  private final Initializer initializer;
  private final Optional<Path> tokenizer;
  private final Map<Part, Weights> others = new EnumMap<>(Part.class);
  private final Map<String, Weights> sources = new LinkedHashMap<>();
  private final List<TensorSpec> tensors = new ArrayList<>();

  private StartingModel(
      ModelFolder base, ParrotConfig config, Initializer initializer, Optional<Path> tokenizer) {
    this.base = base;
    this.config = config;
    this.initializer = initializer;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens all sources and checks that each tensor has one, of the right shape.
   *
   * @throws ModelException naming what is missing or has another shape, and what to set
   */
  static StartingModel open(TrainConfig train, Configuration hadoop) {
    TrainConfig.ModelSource source = train.model();
    Initializer initializer = source.initializer(train.seed());
    Path folder = Checkpoints.resolveModel(new Path(source.folder()), hadoop);
    Optional<VisionFolder> vision =
        Optional.ofNullable(source.parts().get(Part.VISION))
            .map(given -> Checkpoints.resolveModel(new Path(given), hadoop))
            .map(given -> VisionFolder.of(given, hadoop));
    ModelFolder base = ModelFolder.open(folder, hadoop, List.of(""), initializer, vision);
    StartingModel model = null;
    try {
      ParrotConfig config = config(base.requireMerged().config(), train);
      Optional<Path> tokenizer = source.tokenizer().map(Path::new).or(base::tokenizer);
      model = new StartingModel(base, config, initializer, tokenizer);
      for (Map.Entry<Part, String> entry : source.parts().entrySet()) {
        Part part = entry.getKey();
        Path path = Checkpoints.resolveModel(new Path(entry.getValue()), hadoop);
        model.others.put(
            part,
            part == Part.VISION
                ? vision.orElseThrow().weights(hadoop, false).orElseThrow(() -> noTower(path))
                : open(part, path, config, train, hadoop));
      }
      model.choose(source);
      return model;
    } catch (RuntimeException e) {
      if (model == null) {
        base.close();
      } else {
        model.close();
      }
      throw e;
    }
  }

  /** The weights of a part, after a look at the configuration beside them. */
  private static Weights open(
      Part part, Path folder, ParrotConfig config, TrainConfig train, Configuration hadoop) {
    PartConfig.check(part, folder, config, train.model().folder(), hadoop);
    return WeightFiles.open(folder, hadoop);
  }

  /**
   * The shape of the model that a run trains. Only {@code model.folder} need be there; a vision
   * encoder that is not there yet has the shape that this folder says.
   */
  static ParrotConfig shape(TrainConfig train, Configuration hadoop) throws IOException {
    TrainConfig.ModelSource source = train.model();
    Path folder = Checkpoints.resolveModel(new Path(source.folder()), hadoop);
    Initializer initializer = source.initializer(train.seed());
    String given = source.parts().get(Part.VISION);
    Optional<VisionFolder> vision = Optional.empty();
    if (given != null && new Path(given).getFileSystem(hadoop).exists(new Path(given))) {
      Path tower = Checkpoints.resolveModel(new Path(given), hadoop);
      vision = Optional.of(VisionFolder.of(tower, hadoop));
    }
    try (ModelFolder base = ModelFolder.open(folder, hadoop, List.of(""), initializer, vision)) {
      return config(base.requireMerged().config(), train);
    }
  }

  /**
   * The type that the embedding of a run's model is stored in; if its weights are not there yet,
   * bfloat16, as published ones are.
   */
  static ElementType embeddingType(TrainConfig train, Configuration hadoop) throws IOException {
    TrainConfig.ModelSource source = train.model();
    if (source.initialize().contains(Part.DECODER)) {
      return ElementType.F32;
    }
    Path given = new Path(source.parts().getOrDefault(Part.DECODER, source.folder()));
    if (!given.getFileSystem(hadoop).exists(given)) {
      return ElementType.BF16;
    }
    Optional<WeightFiles> weights =
        WeightFiles.openIfPresent(Checkpoints.resolveModel(given, hadoop), hadoop);
    try (WeightFiles found = weights.orElse(null)) {
      return found == null ? ElementType.BF16 : found.storedType(TensorNames.EMBEDDING);
    }
  }

  private static ModelException noTower(Path folder) {
    return new ModelException(
        "Cannot start from "
            + folder
            + ": it holds no tensors of a vision encoder; set model.vision");
  }

  private static ParrotConfig config(ParrotConfig base, TrainConfig train) {
    ObjectNode json = base.toJson();
    refuseUnknown(train.model().config(), json);
    if (train.model().initialize().contains(Part.EXPERTS)) {
      json.remove("moe_selection_bias"); // a fresh router was not trained with it
    }
    json.setAll(train.model().config());
    train.useMoe().ifPresent(value -> json.put("use_moe", value));
    json.put("mm_vision_tower", CheckpointLayout.VISION);
    json.put("torch_dtype", "float32");
    String where =
        train.model().folder() + "/config.json, as changed by the training configuration";
    return ParrotConfig.of(json, base.vision(), where).withAdapters(train.adapters());
  }

  private static void refuseUnknown(ObjectNode changes, ObjectNode json) {
    List<String> known = new ArrayList<>(OPTIONAL_KEYS);
    json.fieldNames().forEachRemaining(known::add);
    changes
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw new UsageException(
                    "Unknown key model.config." + key + Suggestion.of(key, known));
              }
            });
  }

  private void choose(TrainConfig.ModelSource source) {
    List<String> missing = new ArrayList<>();
    for (TensorSpec tensor : TensorNames.of(config)) {
      Part part = Part.of(tensor.name());
      if (source.initialize().contains(part) || part == Part.ADAPTERS) {
        tensors.add(tensor);
        continue;
      }
      Weights weights = others.getOrDefault(part, base.weights());
      boolean there =
          weights.names().contains(tensor.name())
              && (others.containsKey(part) || !base.initialised().contains(tensor.name()));
      if (there) {
        int[] shape = weights.shape(tensor.name());
        if (!Arrays.equals(shape, tensor.shape())) {
          throw new ModelException(
              "Cannot start from "
                  + origin(part, source)
                  + ": "
                  + tensor.name()
                  + " has the wrong shape (got "
                  + Arrays.toString(shape)
                  + ", expected "
                  + Arrays.toString(tensor.shape())
                  + ")");
        }
        sources.put(tensor.name(), weights);
        tensors.add(tensor);
      } else if (tensor.required()) {
        missing.add(tensor.name());
      }
    }
    refuseLeftOver(source);
    if (!missing.isEmpty()) {
      Part part = Part.of(missing.get(0));
      throw new ModelException(
          "Cannot start from "
              + origin(part, source)
              + ": "
              + missing.size()
              + " tensors are missing: "
              + some(missing)
              + "; set model."
              + part.key()
              + " to a folder that has them, or add "
              + part.key()
              + " to model.initialize to start fresh");
    }
  }

  /** A tensor without a place in the model belongs to another model than the one configured. */
  private void refuseLeftOver(TrainConfig.ModelSource source) {
    Set<String> known = new HashSet<>();
    TensorNames.of(config).forEach(tensor -> known.add(tensor.name()));
    for (Part part : Part.values()) {
      if (!source.initialize().contains(part)) {
        List<String> leftOver =
            others.getOrDefault(part, base.weights()).names().stream()
                .filter(name -> Part.of(name) == part && !known.contains(name))
                .filter(name -> others.containsKey(part) || !base.initialised().contains(name))
                .filter(name -> !isRedundantHead(name))
                .toList();
        if (!leftOver.isEmpty()) {
          throw new ModelException(
              "Cannot start from "
                  + origin(part, source)
                  + ": "
                  + leftOver.size()
                  + " tensors have no place in the model that is configured: "
                  + some(leftOver));
        }
      }
    }
  }

  /** Some files hold a copy of the tied embedding. */
  private boolean isRedundantHead(String name) {
    Weights decoder = others.getOrDefault(Part.DECODER, base.weights());
    return name.equals(TensorNames.HEAD)
        && config.decoder().tieWordEmbeddings()
        && decoder.same(TensorNames.HEAD, TensorNames.EMBEDDING);
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
        + (names.size() > SHOWN ? ", ..." : "");
  }

  private static String origin(Part part, TrainConfig.ModelSource source) {
    return source.parts().getOrDefault(part, source.folder());
  }

  /**
   * Refuses to train parts that the model does not use.
   *
   * @throws UsageException naming such a part
   */
  void requireParts(Set<Part> parts) {
    for (Part part : parts) {
      if (TensorNames.of(config).stream()
          .noneMatch(tensor -> tensor.required() && Part.of(tensor.name()) == part)) {
        throw new UsageException(
            "Invalid train: "
                + part.key()
                + " (must be parts that the model uses; use_moe is "
                + config.experts().used()
                + ")");
      }
    }
  }

  ParrotConfig config() {
    return config;
  }

  Optional<Path> tokenizer() {
    return tokenizer;
  }

  /** Files of the model that its checkpoints carry along. */
  Companions companions() {
    return new Companions(tokenizer, base.folder());
  }

  /** Tensors of the model, in the published order. */
  List<TensorSpec> tensors() {
    return tensors;
  }

  /** The type that a tensor's source stores it in. */
  ElementType storedType(String name) {
    Weights weights = sources.get(name);
    return weights == null ? ElementType.F32 : weights.storedType(name);
  }

  /** Passes the starting values of a tensor on. */
  void read(TensorSpec tensor, FloatSink sink) {
    Weights weights = sources.get(tensor.name());
    Optional<Weights> copied = weights == null ? copied(tensor) : Optional.empty();
    if (copied.isPresent()) {
      float[] values = new float[tensor.length()];
      copied
          .get()
          .read(
              TensorNames.ofFirstExpert(tensor.name()),
              (from, part, count) ->
                  System.arraycopy(part, 0, values, Math.toIntExact(from), count));
      initializer.addNoise(values, tensor);
      sink.accept(0, values, values.length);
    } else if (weights == null) {
      float[] values = initializer.values(tensor, config);
      sink.accept(0, values, values.length);
    } else {
      weights.read(tensor.name(), sink);
    }
  }

  /** Where the expert lies that a fresh one is a copy of; empty if it is fresh as well. */
  private Optional<Weights> copied(TensorSpec tensor) {
    Weights weights = others.getOrDefault(Part.EXPERTS, base.weights());
    String first = TensorNames.ofFirstExpert(tensor.name());
    boolean copies =
        initializer.experts() == Initializer.Experts.COPIES
            && TensorNames.expert(tensor.name()) >= 0
            && weights.names().contains(first)
            && (others.containsKey(Part.EXPERTS) || !base.initialised().contains(first))
            && Arrays.equals(weights.shape(first), tensor.shape());
    return copies ? Optional.of(weights) : Optional.empty();
  }

  @Override
  public void close() {
    others.values().forEach(Weights::close);
    base.close();
  }
}
