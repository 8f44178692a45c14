package parrot.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.CheckpointLayout;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.config.TrainConfig;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;
import parrot.model.config.Suggestion;
import parrot.model.config.VisionConfig;
import parrot.model.network.Part;
import parrot.model.tensor.ElementType;
import parrot.model.weights.FloatSink;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.WeightFiles;
import parrot.model.weights.Weights;

/**
 * The weights that a run begins with, put together from a model, folders of single parts, and fresh
 * values.
 */
final class StartingModel implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 5;

  /** Keys of config.json that a model may lack. */
  private static final List<String> OPTIONAL_KEYS =
      List.of(
          "moe_formula",
          "moe_hidden_size",
          "moe_intermediate_size",
          "moe_top_k",
          "moe_selection_bias",
          "initializer_range",
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
    Initializer initializer = new Initializer(train.seed(), source.experts());
    Path folder = Checkpoints.resolveModel(new Path(source.folder()), hadoop);
    ModelFolder base = ModelFolder.open(folder, hadoop, List.of(""), initializer);
    StartingModel model = null;
    try {
      Optional<Path> visionFolder =
          Optional.ofNullable(source.parts().get(Part.VISION)).map(path -> vision(path, hadoop));
      ParrotConfig config = config(base.config(), train, visionFolder, hadoop);
      Optional<Path> tokenizer = source.tokenizer().map(Path::new).or(base::tokenizer);
      model = new StartingModel(base, config, initializer, tokenizer);
      for (Map.Entry<Part, String> entry : source.parts().entrySet()) {
        Path path =
            entry.getKey() == Part.VISION
                ? visionFolder.orElseThrow()
                : Checkpoints.resolveModel(new Path(entry.getValue()), hadoop);
        model.others.put(entry.getKey(), WeightFiles.open(path, hadoop));
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

  /** A CLIP folder, or that of the vision encoder inside a Parrot's folder. */
  private static Path vision(String given, Configuration hadoop) {
    Path folder = Checkpoints.resolveModel(new Path(given), hadoop);
    JsonNode json = readJson(new Path(folder, "config.json"), hadoop);
    String tower = json.path("mm_vision_tower").asText("");
    return tower.isEmpty() ? folder : new Path(folder, new Path(tower));
  }

  private static JsonNode readJson(Path file, Configuration hadoop) {
    try {
      FileSystem files = FileSystems.of(file, hadoop);
      return JSON.readTree(FileSystems.readFully(files, file, 1 << 24));
    } catch (IOException e) {
      throw new ModelException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static ParrotConfig config(
      ParrotConfig base, TrainConfig train, Optional<Path> visionFolder, Configuration hadoop) {
    VisionConfig vision = base.vision();
    if (visionFolder.isPresent()) {
      Path file = new Path(visionFolder.get(), "config.json");
      vision = VisionConfig.of(readJson(file, hadoop), file.toString());
    }
    ObjectNode json = base.toJson();
    json.put("mm_hidden_size", vision.hiddenSize());
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
    return ParrotConfig.of(json, vision, where);
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
      if (source.initialize().contains(part)) {
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
    if (!missing.isEmpty()) {
      Part part = Part.of(missing.get(0));
      throw new ModelException(
          "Cannot start from "
              + origin(part, source)
              + ": "
              + missing.size()
              + " tensors are missing: "
              + String.join(", ", missing.subList(0, Math.min(SHOWN, missing.size())))
              + (missing.size() > SHOWN ? ", ..." : "")
              + "; set model."
              + part.key()
              + " to a folder that has them, or add "
              + part.key()
              + " to model.initialize to start fresh");
    }
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
    if (weights == null) {
      float[] values = initializer.values(tensor, config);
      sink.accept(0, values, values.length);
    } else {
      weights.read(tensor.name(), sink);
    }
  }

  @Override
  public void close() {
    others.values().forEach(Weights::close);
    base.close();
  }
}
