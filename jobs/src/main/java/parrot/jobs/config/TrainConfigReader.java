package parrot.jobs.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.order.Mixture;
import parrot.datasets.shard.RowFilter;
import parrot.datasets.shard.RowLimit;
import parrot.jobs.balance.BalanceConfig;
import parrot.model.config.Adapters;
import parrot.model.config.ConfigSource;
import parrot.model.config.StrictMap;
import parrot.model.dl4j.StateFormat;
import parrot.model.kernel.DeviceChoice;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Precision;
import parrot.model.network.Part;
import parrot.model.weights.Initializer;

/** Reads training configurations: flags before the file, the file before defaults. */
public final class TrainConfigReader {
  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build());

  private static final ConfigSource SOURCE =
      new ConfigSource(
          "",
          key -> "Missing " + key + " (set it in the file, or with --set " + key + "=VALUE)",
          UsageException::new);

  private TrainConfigReader() {}

  /**
   * Reads a configuration.
   *
   * @param yaml content of the file
   * @param settings {@code key=value} with dots in nested keys; later ones win
   * @throws UsageException naming key, value and what it must be
   */
  public static TrainConfig read(String yaml, List<String> settings) {
    JsonNode json = ConfigText.parse(yaml, "the configuration");
    if (json.isMissingNode() || json.isNull()) {
      json = JsonNodeFactory.instance.objectNode();
    }
    if (json instanceof ObjectNode root) {
      settings.forEach(setting -> set(root, ConfigSetting.of(setting)));
    }
    return read(new StrictMap(json, SOURCE));
  }

  private static void set(ObjectNode root, ConfigSetting setting) {
    setting.into(root, ConfigText.parse(setting.value(), "--set " + setting.text()));
  }

  /** The resolved configuration as it is stored with a run. */
  public static String toYaml(ObjectNode resolved) {
    try {
      return YAML.writeValueAsString(resolved);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A configuration is always YAML", e);
    }
  }

  public static ObjectNode fromYaml(String yaml) {
    // A file that a killed run has not yet filled is no mapping.
    return ConfigText.parse(yaml, "the stored configuration") instanceof ObjectNode stored
        ? withoutWatching(stored)
        : JsonNodeFactory.instance.objectNode();
  }

  /**
   * Of each start, and not of the run. Commands may hold secrets, and a stored configuration is
   * read by more people.
   */
  private static ObjectNode withoutWatching(ObjectNode resolved) {
    return resolved.remove(
        List.of(TrainKeys.ON_END.name(), TrainKeys.ON_ALARM.name(), TrainKeys.TENSORBOARD.name()));
  }

  private static TrainConfig read(StrictMap map) {
    Optional<TrainConfig.Stage> stage = TrainKeys.STAGE.read(map);
    Optional<Boolean> useMoe = useMoe(map, stage);
    Set<Part> adapted = map.given(TrainKeys.ADAPTERS) ? partsWithAdapters(map) : Set.of();
    Set<Part> train = train(map, stage, useMoe, adapted);
    // Stored configurations keep their bytes as long as keys are read in this order.
    TrainConfig config =
        new TrainConfig(
            TrainKeys.OUT.read(map),
            train,
            useMoe,
            adapted.isEmpty() ? Optional.empty() : Optional.of(adapters(map)),
            model(map),
            new TrainConfig.Data(sources(map), mixture(map), choice(map), heldOut(map)),
            length(map),
            RoundReader.rounds(map),
            optimizer(map, stage),
            compute(map),
            balance(map),
            checkpoints(map, map.has(TrainKeys.STOP)),
            benchmark(map),
            TrainKeys.SEED.read(map),
            new TrainConfig.Watching(
                TrainKeys.ON_END.ifGiven(map),
                TrainKeys.ON_ALARM.ifGiven(map),
                TrainKeys.TENSORBOARD.ifGiven(map).orElse(false)),
            withoutWatching(map.resolved()));
    map.refuseOthers(TrainKeys.paths());
    return config;
  }

  private static Set<Part> train(
      StrictMap map,
      Optional<TrainConfig.Stage> stage,
      Optional<Boolean> useMoe,
      Set<Part> adapted) {
    Set<Part> parts = TrainKeys.TRAIN.read(map);
    if (!parts.isEmpty()) {
      requireWholeOrAdapted(map, parts, adapted);
      return parts;
    }
    if (stage.isEmpty()) {
      throw new UsageException(
          "Missing stage (must be align or instruct; or name the parts that learn: train: "
              + Arrays.stream(Part.values()).map(Part::key).toList()
              + ")");
    }
    Set<Part> chosen =
        stage.get() == TrainConfig.Stage.ALIGN
            ? EnumSet.of(Part.PROJECTOR)
            : EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);
    if (!useMoe.orElse(true)) {
      chosen.remove(Part.EXPERTS);
    }
    if (!adapted.isEmpty()) {
      chosen.removeAll(adapted);
      chosen.remove(Part.DECODER);
      chosen.add(Part.ADAPTERS);
    }
    var array = map.resolved().putArray(TrainKeys.TRAIN.name());
    chosen.forEach(part -> array.add(part.key()));
    return chosen;
  }

  /** Parts with a layer that {@code adapters.on} names. */
  private static Set<Part> partsWithAdapters(StrictMap map) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    StrictMap aside = map.aside(); // so that the keys' order in the resolved one stays
    for (String layer : TrainKeys.ADAPTER_LAYERS.read(aside)) {
      parts.add(
          Arrays.stream(Part.values())
              .filter(part -> layer.split("\\.")[0].equals(part.key()))
              .findFirst()
              .orElse(Part.DECODER));
    }
    return parts;
  }

  /** The decoder never learns whole beside adapters, and no other part if it has some. */
  private static void requireWholeOrAdapted(StrictMap map, Set<Part> parts, Set<Part> adapted) {
    boolean learn = parts.contains(Part.ADAPTERS);
    for (Part part : parts) {
      if (learn && (part == Part.DECODER || adapted.contains(part))) {
        throw TrainKeys.TRAIN.invalid(
            map,
            part.key() + " and adapters",
            "one of both: adapters leave the %s as it is".formatted(part.key()));
      }
    }
    if (learn && adapted.isEmpty()) {
      throw new UsageException(
          "Missing adapters (train names them: set adapters.rank, or take them out of train)");
    }
    if (!learn && !adapted.isEmpty()) {
      throw TrainKeys.TRAIN.invalid(
          map, parts.stream().map(Part::key).toList(), "with adapters in it, which are configured");
    }
  }

  private static Adapters adapters(StrictMap map) {
    int rank = TrainKeys.ADAPTER_RANK.read(map);
    double alpha = TrainKeys.ADAPTER_ALPHA.read(map, 2.0 * rank);
    double dropout = TrainKeys.ADAPTER_DROPOUT.read(map);
    return new Adapters(rank, alpha, TrainKeys.ADAPTER_LAYERS.read(map), dropout);
  }

  /** Stage 1 bypasses the experts, stage 2 uses them; else the model's configuration decides. */
  private static Optional<Boolean> useMoe(StrictMap map, Optional<TrainConfig.Stage> stage) {
    if (!TrainKeys.USE_MOE.isIn(map) && stage.isEmpty()) {
      map.resolved().putNull(TrainKeys.USE_MOE.name());
      return Optional.empty();
    }
    boolean usual = stage.equals(Optional.of(TrainConfig.Stage.INSTRUCT));
    return Optional.of(TrainKeys.USE_MOE.read(map, usual));
  }

  private static TrainConfig.ModelSource model(StrictMap map) {
    Map<Part, String> folders = new EnumMap<>(Part.class);
    TrainKeys.PART_FOLDERS.forEach(
        (part, key) -> key.read(map).ifPresent(folder -> folders.put(part, folder)));
    Initializer.Experts experts = TrainKeys.EXPERTS_START.read(map);
    return new TrainConfig.ModelSource(
        TrainKeys.FOLDER.read(map),
        folders,
        TrainKeys.TOKENIZER.read(map),
        TrainKeys.INITIALIZE.read(map),
        experts,
        TrainKeys.ROUTER_SCALE.ifGiven(map).orElse(TrainKeys.ROUTER_SCALE.absent()),
        TrainKeys.MODEL_CONFIG.read(map));
  }

  private static List<TrainConfig.DataSource> sources(StrictMap map) {
    List<TrainConfig.DataSource> sources =
        TrainKeys.DATA.read(map).stream().map(TrainConfigReader::source).toList();
    if (sources.isEmpty()) {
      throw new UsageException("Missing data (must name at least one folder made by preprocess)");
    }
    long weighted = sources.stream().filter(source -> source.weight().isPresent()).count();
    if (weighted != 0 && weighted != sources.size()) {
      throw TrainKeys.DATA.invalid(map, "some folders have a weight", "weighted all or not at all");
    }
    return sources;
  }

  private static TrainConfig.DataSource source(StrictMap map) {
    return new TrainConfig.DataSource(
        TrainKeys.DATA_FOLDER.read(map), optional(TrainKeys.DATA_WEIGHT.ifGiven(map)));
  }

  private static OptionalDouble optional(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  private static Mixture mixture(StrictMap map) {
    Map<Language, Double> weights = TrainKeys.LANGUAGE_WEIGHTS.read(map);
    double temperature = TrainKeys.TEMPERATURE.read(map);
    if (!weights.isEmpty() && temperature != 1) { // stored configurations say 1 beside weights
      throw TrainKeys.TEMPERATURE.invalid(map, "beside weights", "given alone");
    }
    return new Mixture(temperature, weights);
  }

  private static TrainConfig.Choice choice(StrictMap map) {
    return new TrainConfig.Choice(
        RowFilter.parse(ChoiceKeys.WHERE.ifGiven(map).orElse(List.of())),
        ChoiceKeys.LIMIT_LIST.ifGiven(map).orElse(List.of()).stream()
            .map(TrainConfigReader::limit)
            .toList(),
        ChoiceKeys.HOLD_OUT.ifGiven(map).orElse(ChoiceKeys.HOLD_OUT.absent()));
  }

  private static RowLimit limit(StrictMap map) {
    String per = ChoiceKeys.LIMIT_PER.read(map);
    Optional<Long> rows = ChoiceKeys.LIMIT_ROWS.ifGiven(map);
    Optional<Double> share = ChoiceKeys.LIMIT_SHARE.ifGiven(map);
    if (rows.isPresent() == share.isPresent()) {
      throw ChoiceKeys.LIMIT_ROWS.invalid(
          map, rows.isPresent() ? "beside share" : "absent, as share is", "given, or share is");
    }
    return new RowLimit(
        per,
        rows.map(OptionalLong::of).orElse(OptionalLong.empty()),
        optional(share),
        ChoiceKeys.LIMIT_TAKE.read(map));
  }

  private static TrainConfig.HeldOut heldOut(StrictMap map) {
    return new TrainConfig.HeldOut(
        TrainKeys.HELD_OUT.read(map),
        TrainKeys.HELD_OUT_EVERY.read(map),
        TrainKeys.HELD_OUT_EXAMPLES.read(map));
  }

  private static TrainConfig.Length length(StrictMap map) {
    Optional<Double> epochs = TrainKeys.EPOCHS.ifGiven(map);
    Optional<Long> steps = TrainKeys.MAX_STEPS.ifGiven(map);
    Optional<Long> examples = TrainKeys.MAX_EXAMPLES.ifGiven(map);
    long given = Stream.of(epochs, steps, examples).filter(Optional::isPresent).count();
    if (given > 1) {
      throw TrainKeys.EPOCHS.invalid(
          map, "given with max_steps or max_examples", "the only one of them");
    }
    if (given == 0) {
      epochs = Optional.of(TrainKeys.EPOCHS.read(map));
    }
    return new TrainConfig.Length(optional(epochs), steps, examples, patience(map));
  }

  private static Optional<Integer> patience(StrictMap map) {
    if (!map.given(TrainKeys.STOP)) {
      return Optional.empty();
    }
    TrainKeys.STOP_ON.read(map);
    Optional<Integer> patience = TrainKeys.PATIENCE.ifGiven(map);
    if (patience.isEmpty()) {
      throw new UsageException(
          "Missing stop.patience (how many measurements without a lower held-out loss end the run)");
    }
    requireHeldOut(map, TrainKeys.PATIENCE, patience.get());
    return patience;
  }

  private static void requireHeldOut(StrictMap map, Key<Integer> key, int value) {
    boolean split = ChoiceKeys.HOLD_OUT.ifGiven(map).orElse(0.0) > 0;
    if (TrainKeys.HELD_OUT.read(map).isEmpty() && !split) {
      throw key.invalid(
          map, value, "absent without held_out.data or hold_out, on which losses are measured");
    }
  }

  private static TrainConfig.Optimizer optimizer(StrictMap map, Optional<TrainConfig.Stage> stage) {
    boolean instruct = stage.equals(Optional.of(TrainConfig.Stage.INSTRUCT));
    double usual = instruct ? TrainKeys.INSTRUCT_RATE : TrainKeys.ALIGN_RATE;
    TrainConfig.LearningRate rate =
        new TrainConfig.LearningRate(
            TrainKeys.LEARNING_RATE.read(map, usual),
            TrainKeys.RATES.read(map),
            TrainKeys.SCHEDULE.read(map),
            new TrainConfig.Warmup(
                TrainKeys.WARMUP_STEPS.ifGiven(map), TrainKeys.WARMUP_RATIO.read(map)),
            TrainKeys.MINIMUM_RATE.read(map));
    if (rate.minimum() > rate.peak()) {
      throw TrainKeys.MINIMUM_RATE.invalid(
          map, rate.minimum(), "at most learning_rate, " + rate.peak());
    }
    return new TrainConfig.Optimizer(
        rate,
        new TrainConfig.Adam(
            TrainKeys.BETA1.read(map), TrainKeys.BETA2.read(map), TrainKeys.EPSILON.read(map)),
        new TrainConfig.WeightDecay(
            TrainKeys.WEIGHT_DECAY.read(map), TrainKeys.WEIGHT_DECAYS.read(map)),
        TrainKeys.CLIP_NORM.read(map));
  }

  private static TrainConfig.Compute compute(StrictMap map) {
    String kernels = TrainKeys.KERNELS.read(map);
    DeviceChoice device = TrainKeys.DEVICE.ifGiven(map).orElse(TrainKeys.DEVICE.absent());
    Precision precision = TrainKeys.PRECISION.read(map);
    return new TrainConfig.Compute(
        device == DeviceChoice.CUDA ? KernelProvider.CUDA : kernels,
        device,
        precision,
        TrainKeys.THREADS.read(map),
        TrainKeys.RECOMPUTE.read(map),
        state(map, precision));
  }

  /** In bfloat16 and in less than float32, what is trained lies in memory of its own. */
  private static StateFormat state(StrictMap map, Precision precision) {
    boolean bf16 = precision == Precision.BF16;
    boolean dl4j = RoundKeys.AVERAGING.read(map) == TrainConfig.Master.DL4J;
    if (!map.given(TrainKeys.STATE)) {
      return bf16 && !dl4j ? StateFormat.OWN : StateFormat.DL4J;
    }
    boolean roundedGradients = !TrainKeys.GRADIENTS.read(map).equals("f32");
    boolean eightBitMoments = !TrainKeys.MOMENTS.read(map).equals("f32");
    if (roundedGradients && !bf16) {
      throw TrainKeys.GRADIENTS.invalid(map, "bf16", "f32 unless kernels.precision is bf16");
    }
    if (dl4j && (roundedGradients || eightBitMoments)) {
      throw RoundKeys.AVERAGING.invalid(
          map, "dl4j", "parrot with state.gradients: bf16 or state.moments: 8bit");
    }
    boolean own = bf16 && !dl4j || eightBitMoments;
    return new StateFormat(own, roundedGradients, eightBitMoments);
  }

  private static BalanceConfig balance(StrictMap map) {
    double lossWeight = TrainKeys.LOSS_WEIGHT.read(map);
    BalanceConfig.Bias bias =
        new BalanceConfig.Bias(
            optional(TrainKeys.UPDATE_RATE.ifGiven(map)),
            TrainKeys.UPDATE.read(map),
            optional(TrainKeys.WITHIN_ROUND.ifGiven(map)));
    double maxLossWeight =
        TrainKeys.MAX_LOSS_WEIGHT.read(map, BalanceConfig.USUAL_RISE * lossWeight);
    if (maxLossWeight < lossWeight) {
      throw TrainKeys.MAX_LOSS_WEIGHT.invalid(
          map, maxLossWeight, "at least loss_weight, " + lossWeight);
    }
    return new BalanceConfig(
        bias,
        new BalanceConfig.Loss(lossWeight, maxLossWeight, TrainKeys.TARGET_VIOLATION.read(map)),
        TrainKeys.Z_LOSS.ifGiven(map).orElse(TrainKeys.Z_LOSS.absent()),
        TrainKeys.VARIANCE_LOSS.ifGiven(map).orElse(TrainKeys.VARIANCE_LOSS.absent()),
        TrainKeys.INFORMATION_LOSS.ifGiven(map).orElse(TrainKeys.INFORMATION_LOSS.absent()),
        TrainKeys.ORTHOGONALITY_LOSS.ifGiven(map).orElse(TrainKeys.ORTHOGONALITY_LOSS.absent()),
        TrainKeys.FREEZE_AFTER.read(map),
        new BalanceConfig.Alarm(
            TrainKeys.ALARM_VIOLATION.read(map), TrainKeys.ALARM_DEAD_LOAD.read(map)));
  }

  private static Optional<TrainConfig.Benchmarking> benchmark(StrictMap map) {
    if (!map.given(TrainKeys.BENCHMARK)) {
      return Optional.empty();
    }
    List<String> files = TrainKeys.BENCHMARK_FILES.read(map);
    if (files.isEmpty()) {
      throw TrainKeys.BENCHMARK_FILES.invalid(map, "nothing", "files, or folders of them");
    }
    return Optional.of(
        new TrainConfig.Benchmarking(
            files, TrainKeys.BENCHMARK_EVERY.read(map), TrainKeys.BENCHMARK_LIMIT.read(map)));
  }

  private static TrainConfig.Checkpointing checkpoints(StrictMap map, boolean stopsEarly) {
    return new TrainConfig.Checkpointing(
        TrainKeys.CHECKPOINT_EVERY.read(map),
        TrainKeys.CHECKPOINT_KEEP.read(map),
        TrainKeys.CHECKPOINT_KEEP_EVERY.read(map),
        averageLast(map, stopsEarly),
        keepBest(map, stopsEarly),
        TrainKeys.CHECKPOINT_DTYPE.ifGiven(map).equals(Optional.of("bf16")));
  }

  private static int averageLast(StrictMap map, boolean stopsEarly) {
    int rounds = TrainKeys.AVERAGE_LAST.ifGiven(map).orElse(0);
    if (rounds > 0 && stopsEarly) {
      throw TrainKeys.AVERAGE_LAST.invalid(
          map, rounds, "absent beside stop, which leaves open which round is the last");
    }
    return rounds;
  }

  private static int keepBest(StrictMap map, boolean stopsEarly) {
    Optional<Integer> given = TrainKeys.CHECKPOINT_KEEP_BEST.ifGiven(map);
    if (given.isPresent() && given.get() > 0) {
      requireHeldOut(map, TrainKeys.CHECKPOINT_KEEP_BEST, given.get());
    }
    return given.orElse(stopsEarly ? 1 : 0);
  }
}
