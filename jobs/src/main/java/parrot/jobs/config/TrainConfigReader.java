package parrot.jobs.config;

import com.fasterxml.jackson.core.JsonParser;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.order.Mixture;
import parrot.jobs.balance.BalanceConfig;
import parrot.model.config.ConfigSource;
import parrot.model.config.StrictMap;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Part;
import parrot.model.weights.Initializer;

/** Reads training configurations: flags before the file, the file before defaults. */
public final class TrainConfigReader {
  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build());

  static {
    YAML.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  }

  private static final List<String> PARTS = Arrays.stream(Part.values()).map(Part::key).toList();

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
    JsonNode json = parse(yaml, "the configuration");
    if (json.isMissingNode() || json.isNull()) {
      json = JsonNodeFactory.instance.objectNode();
    }
    if (json instanceof ObjectNode root) {
      settings.forEach(setting -> set(root, setting));
    }
    return read(new StrictMap(json, SOURCE));
  }

  private static JsonNode parse(String yaml, String what) {
    try {
      return YAML.readTree(yaml);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new UsageException(
          "Cannot read " + what + where + ": " + e.getOriginalMessage().lines().findFirst().get(),
          e);
    }
  }

  private static void set(ObjectNode root, String setting) {
    int equals = setting.indexOf('=');
    if (equals < 1) {
      throw new UsageException("Invalid --set " + setting + " (must be KEY=VALUE, as seed=1)");
    }
    String[] path = setting.substring(0, equals).strip().split("\\.", -1);
    ObjectNode node = root;
    for (int i = 0; i < path.length - 1; i++) {
      JsonNode child = node.get(path[i]);
      node = child instanceof ObjectNode object ? object : node.putObject(path[i]);
    }
    node.set(path[path.length - 1], parse(setting.substring(equals + 1), "--set " + setting));
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
    return parse(yaml, "the stored configuration") instanceof ObjectNode stored
        ? stored
        : JsonNodeFactory.instance.objectNode();
  }

  private static TrainConfig read(StrictMap map) {
    Optional<String> stage = stage(map);
    Optional<Boolean> useMoe = useMoe(map, stage);
    Set<Part> train = train(map, stage, useMoe);
    TrainConfig config =
        new TrainConfig(
            map.text("out"),
            train,
            useMoe,
            model(map.map("model")),
            data(map),
            mixture(map.map("mixture")),
            heldOut(map.map("held_out")),
            length(map),
            map.wholeInt("replicas", 2, 1),
            map.wholeInt("average_every", 8, 1),
            map.wholeInt("batch_size", 8, 1),
            averaging(map),
            optimizer(map.map("optimizer"), stage),
            kernels(map.map("kernels")),
            map.flag("recompute", false),
            balance(map.map("balance")),
            checkpoints(map.map("checkpoints")),
            map.whole("seed", 0, Long.MIN_VALUE),
            map.resolved());
    map.refuseOthers();
    return config;
  }

  private static Optional<String> stage(StrictMap map) {
    if (!map.has("stage")) {
      return map.optionalText("stage");
    }
    return Optional.of(map.oneOf("stage", List.of("align", "instruct")));
  }

  private static Set<Part> train(StrictMap map, Optional<String> stage, Optional<Boolean> useMoe) {
    Set<Part> parts = parts(map, "train");
    if (!parts.isEmpty()) {
      return parts;
    }
    if (stage.isEmpty()) {
      throw new UsageException(
          "Missing stage (must be align or instruct; or name the parts that learn: train: "
              + PARTS
              + ")");
    }
    Set<Part> chosen =
        stage.get().equals("align")
            ? EnumSet.of(Part.PROJECTOR)
            : EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);
    if (!useMoe.orElse(true)) {
      chosen.remove(Part.EXPERTS);
    }
    var array = map.resolved().putArray("train");
    chosen.forEach(part -> array.add(part.key()));
    return chosen;
  }

  /** Stage 1 bypasses the experts, stage 2 uses them; else the model's configuration decides. */
  private static Optional<Boolean> useMoe(StrictMap map, Optional<String> stage) {
    if (!map.has("use_moe") && stage.isEmpty()) {
      map.resolved().putNull("use_moe");
      return Optional.empty();
    }
    return Optional.of(map.flag("use_moe", stage.isPresent() && stage.get().equals("instruct")));
  }

  private static Set<Part> parts(StrictMap map, String key) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (String name : map.texts(key)) {
      parts.add(part(map, key, name));
    }
    return parts;
  }

  private static Part part(StrictMap map, String key, String name) {
    if (!PARTS.contains(name)) {
      throw map.invalid(key, name, "among " + String.join(", ", PARTS));
    }
    return Part.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static TrainConfig.ModelSource model(StrictMap map) {
    Map<Part, String> folders = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      map.optionalText(part.key()).ifPresent(folder -> folders.put(part, folder));
    }
    String experts = map.oneOf("experts_start", "small", List.of("small", "normal"));
    return new TrainConfig.ModelSource(
        map.text("folder"),
        folders,
        map.optionalText("tokenizer"),
        parts(map, "initialize"),
        Initializer.Experts.valueOf(experts.toUpperCase(Locale.ROOT)),
        map.anything("config"));
  }

  private static List<TrainConfig.DataSource> data(StrictMap map) {
    List<TrainConfig.DataSource> sources =
        map.maps("data", "folder").stream()
            .map(
                source ->
                    new TrainConfig.DataSource(
                        source.text("folder"),
                        source.given("weight")
                            ? OptionalDouble.of(source.positiveNumber("weight", Double.NaN))
                            : OptionalDouble.empty()))
            .toList();
    if (sources.isEmpty()) {
      throw new UsageException("Missing data (must name at least one folder made by preprocess)");
    }
    long weighted = sources.stream().filter(source -> source.weight().isPresent()).count();
    if (weighted != 0 && weighted != sources.size()) {
      throw map.invalid("data", "some folders have a weight", "weighted all or not at all");
    }
    return sources;
  }

  private static Mixture mixture(StrictMap map) {
    StrictMap byTag = map.map("weights");
    Map<Language, Double> weights = new EnumMap<>(Language.class);
    for (String tag : byTag.keys()) {
      double weight = byTag.number(tag, 0, w -> w >= 0 && w < 1e9, "at least 0");
      try {
        weights.put(Language.of(tag), weight);
      } catch (DataException e) {
        throw map.invalid("weights." + tag, weight, "for one of en, zh, pt, ar, tr, ru");
      }
    }
    if (!weights.isEmpty() && map.given("temperature")) {
      throw map.invalid("temperature", "beside weights", "given alone");
    }
    double temperature = map.number("temperature", 1, t -> t > 0 && t <= 1e6, "above 0");
    return new Mixture(temperature, weights);
  }

  private static TrainConfig.HeldOut heldOut(StrictMap map) {
    return new TrainConfig.HeldOut(
        map.texts("data"), map.wholeInt("every", 10, 1), map.wholeInt("examples", 256, 1));
  }

  private static TrainConfig.Length length(StrictMap map) {
    long given = List.of("epochs", "max_steps", "max_examples").stream().filter(map::given).count();
    if (given > 1) {
      throw map.invalid("epochs", "given with max_steps or max_examples", "the only one of them");
    }
    if (map.has("max_steps")) {
      return new TrainConfig.Length(
          OptionalDouble.empty(), Optional.of(map.whole("max_steps", 0, 1)), Optional.empty());
    }
    if (map.has("max_examples")) {
      return new TrainConfig.Length(
          OptionalDouble.empty(), Optional.empty(), Optional.of(map.whole("max_examples", 0, 1)));
    }
    return new TrainConfig.Length(
        OptionalDouble.of(map.positiveNumber("epochs", 1)), Optional.empty(), Optional.empty());
  }

  private static TrainConfig.Averaging averaging(StrictMap map) {
    StrictMap outer = map.map("outer");
    TrainConfig.Averaging averaging =
        new TrainConfig.Averaging(
            TrainConfig.Master.valueOf(upper(map, "averaging", List.of("parrot", "dl4j"))),
            ExchangeFormat.valueOf(upper(map, "exchange", List.of("f32", "bf16", "int8"))),
            new OuterStep(
                outer.positiveNumber("learning_rate", 1),
                outer.number("momentum", 0, x -> x >= 0 && x < 1, "at least 0 and below 1")),
            map.oneOf("updater_state", "average", List.of("average", "reset")).equals("average"),
            map.oneOf("on_divergence", "fail", List.of("fail", "drop")).equals("drop"),
            map.wholeInt("minimum_replicas", 1, 1),
            map.oneOf("average_experts_by", "examples", List.of("examples", "load"))
                .equals("load"));
    boolean plain =
        averaging.exchange() == ExchangeFormat.F32
            && averaging.outer().equals(OuterStep.AVERAGE)
            && averaging.keepsMoments()
            && !averaging.dropsDiverged()
            && !averaging.expertsByLoad();
    if (averaging.master() == TrainConfig.Master.DL4J && !plain) {
      throw map.invalid(
          "averaging",
          "dl4j",
          "parrot where exchange, outer, updater_state, on_divergence or average_experts_by are set");
    }
    return averaging;
  }

  /** The first choice is the usual one. */
  private static String upper(StrictMap map, String key, List<String> choices) {
    return map.oneOf(key, choices.get(0), choices).toUpperCase(Locale.ROOT);
  }

  private static TrainConfig.Optimizer optimizer(StrictMap map, Optional<String> stage) {
    double usual = stage.isPresent() && stage.get().equals("instruct") ? 2e-5 : 1e-3;
    double rate = notNegative(map, "learning_rate", usual);
    TrainConfig.Optimizer optimizer =
        new TrainConfig.Optimizer(
            rate,
            byPart(map.map("rates")),
            RateSchedule.Shape.valueOf(
                map.oneOf("schedule", "cosine", List.of("cosine", "constant"))
                    .toUpperCase(Locale.ROOT)),
            map.given("warmup_steps")
                ? Optional.of(map.wholeInt("warmup_steps", 0, 0))
                : Optional.empty(),
            map.number("warmup_ratio", 0.03, x -> x >= 0 && x <= 1, "between 0 and 1"),
            notNegative(map, "minimum_rate", 0),
            map.number("beta1", 0.9, x -> x >= 0 && x < 1, "at least 0 and below 1"),
            map.number("beta2", 0.999, x -> x >= 0 && x < 1, "at least 0 and below 1"),
            map.positiveNumber("epsilon", 1e-8),
            notNegative(map, "weight_decay", 0),
            byPart(map.map("weight_decays")),
            notNegative(map, "clip_norm", 1));
    if (optimizer.minimumRate() > rate) {
      throw map.invalid("minimum_rate", optimizer.minimumRate(), "at most learning_rate, " + rate);
    }
    return optimizer;
  }

  private static Map<Part, Double> byPart(StrictMap map) {
    Map<Part, Double> values = new EnumMap<>(Part.class);
    for (String name : map.keys()) {
      values.put(part(map, "", name), notNegative(map, name, Double.NaN));
    }
    return values;
  }

  private static TrainConfig.KernelChoice kernels(StrictMap map) {
    return new TrainConfig.KernelChoice(
        map.oneOf("name", Kernels.defaultName(), Kernels.names()),
        Precision.of(map.oneOf("precision", Precision.F32.toString(), Precision.names())),
        map.wholeInt("threads", 0, 0));
  }

  private static BalanceConfig balance(StrictMap map) {
    double lossWeight = notNegative(map, "loss_weight", 0);
    BalanceConfig balance =
        new BalanceConfig(
            map.given("update_rate")
                ? OptionalDouble.of(notNegative(map, "update_rate", 0))
                : OptionalDouble.empty(),
            map.oneOf("update", "solve", List.of("solve", "step")).equals("solve"),
            lossWeight,
            notNegative(map, "max_loss_weight", 10 * lossWeight),
            map.positiveNumber("target_violation", 0.3),
            map.number("freeze_after", 0.9, x -> x >= 0 && x <= 1, "between 0 and 1"),
            map.positiveNumber("alarm_violation", 1),
            map.number("alarm_dead_load", 0.05, x -> x >= 0 && x < 1, "at least 0 and below 1"));
    if (balance.maxLossWeight() < lossWeight) {
      throw map.invalid(
          "max_loss_weight", balance.maxLossWeight(), "at least loss_weight, " + lossWeight);
    }
    return balance;
  }

  private static TrainConfig.Checkpointing checkpoints(StrictMap map) {
    return new TrainConfig.Checkpointing(
        map.wholeInt("every", 0, 0), map.wholeInt("keep", 2, 1), map.wholeInt("keep_every", 0, 0));
  }

  private static double notNegative(StrictMap map, String key, double absent) {
    return map.number(
        key, absent, x -> x >= 0 && x < Double.POSITIVE_INFINITY, "0 or a positive number");
  }
}
