package parrot.jobs.config;

import static parrot.jobs.config.Key.inWords;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import parrot.datasets.language.Language;
import parrot.jobs.balance.BalanceConfig;
import parrot.model.config.Adapters;
import parrot.model.config.StrictMap;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.kernel.DeviceChoice;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;
import parrot.model.weights.Initializer;

/**
 * The table of all keys of the training configuration. {@link TrainConfigReader} reads by it,
 * {@link TrainHelp} and {@code docs/configuration.md} print it.
 */
final class TrainKeys {
  /** Parts that models come with. */
  private static final List<Part> STORED =
      Arrays.stream(Part.values()).filter(part -> part != Part.ADAPTERS).toList();

  private static final String FROM_FOLDER = "model.folder";

  static final double ALIGN_RATE = 1e-3;
  static final double INSTRUCT_RATE = 2e-5;

  static final Key<Optional<TrainConfig.Stage>> STAGE =
      Key.optionalChoice("stage", TrainConfig.Stage.class)
          .absent("required without train")
          .means("TrainConfigReader", "stage of the paper; sets train, use_moe and learning_rate");
  static final Key<Set<Part>> TRAIN =
      PartKeys.parts("train", List.of(Part.values()))
          .absent("by stage")
          .means(
              "TrainConfigReader",
              "parts that learn; align: [projector], instruct: [projector, experts, decoder]");
  static final Key<Boolean> USE_MOE =
      Key.flag("use_moe", false)
          .absent("by stage, else the model's")
          .means(
              "StartingModel", "whether visual tokens pass the experts; align: no, instruct: yes");
  static final String ADAPTERS = "adapters";
  static final Key<Integer> ADAPTER_RANK =
      Key.whole(ADAPTERS + ".rank", 64, 1)
          .means("Adapters", "LoRA beside the decoder, which stays as it is: rank of both factors");
  static final Key<Double> ADAPTER_ALPHA =
      Key.positive(ADAPTERS + ".alpha", Double.NaN)
          .absent("2 x rank")
          .means("Adapters", "their product counts alpha / rank times");
  static final Key<List<String>> ADAPTER_LAYERS =
      Key.of(ADAPTERS + ".on", KeyValues.ADAPTED, Adapters.LAYERS, KeyValues::adapted)
          .absent("the decoder's: " + String.join(", ", Adapters.LAYERS))
          .means(
              "Adapters",
              "linear layers that have an adapter; all-linear: all but head and router");
  static final Key<Double> ADAPTER_DROPOUT =
      Key.belowOne(ADAPTERS + ".dropout", 0)
          .means("Dropout", "share of its layer's input that an adapter drops in a step");
  static final Key<String> OUT =
      Key.text("out", "a folder").means("RunFolder", "the run's folder, local or in HDFS");
  static final Key<Long> SEED =
      Key.wholeLong("seed", 0, Long.MIN_VALUE)
          .means("ExampleOrder", "decides the order of the data and fresh weights");
  private static final String COMMAND = "a command of the shell";
  static final Key<String> ON_END =
      Key.text("on_end", COMMAND)
          .absent("none")
          .means("RunEvents", "is run when the run ends, however it ends, and told how");
  static final Key<String> ON_ALARM =
      Key.text("on_alarm", COMMAND)
          .absent("none")
          .means("RunEvents", "is run with each warning after a round, and told it");
  static final Key<Boolean> TENSORBOARD =
      Key.flag("tensorboard", false)
          .means("EventFile", "whether the metrics are also written for TensorBoard");

  static final Key<String> FOLDER =
      Key.text("model.folder", "a folder")
          .means("StartingModel", "model to start from, or a run's folder: its newest checkpoint");
  static final Map<Part, Key<Optional<String>>> PART_FOLDERS = partFolders();
  static final Key<Optional<String>> TOKENIZER =
      Key.optionalText("model.tokenizer", "a file")
          .absent(FROM_FOLDER)
          .means("StartingModel", "tokenizer.json to use instead of the model's");
  static final Key<Set<Part>> INITIALIZE =
      PartKeys.parts("model.initialize", STORED)
          .absent("[]")
          .means("Initializer", "parts that start fresh");
  static final Key<Initializer.Experts> EXPERTS_START =
      Key.choice("model.experts_start", Initializer.Experts.SMALL)
          .means(
              "Initializer",
              "how fresh experts start; small: with an output near 0; copies: of one, with noise");
  static final Key<Double> ROUTER_SCALE =
      Key.positive("model.router_scale", 1)
          .means("Initializer", "how much larger than others a fresh router's weights start");
  static final Key<ObjectNode> MODEL_CONFIG =
      Key.of(
              "model.config",
              "keys of config.json",
              JsonNodeFactory.instance.objectNode(),
              (map, name, absent) -> map.anything(name))
          .means("ParrotConfig", "replaces keys of the model's config.json, as {moe_top_k: 2}");

  static final Key<List<StrictMap>> DATA =
      Key.of(
              "data",
              "a list of folders, or of {folder, weight}",
              List.<StrictMap>of(),
              (map, name, absent) -> map.maps(name, "folder"))
          .absent("required")
          .means("TrainingData", "shards made by preprocess");
  static final Key<String> DATA_FOLDER =
      Key.text("data[].folder", "a folder").means("TrainingData", "folder of one data set");
  static final Key<Double> DATA_WEIGHT =
      Key.positive("data[].weight", Double.NaN)
          .absent("its rows")
          .means("Shares", "share of the examples beside the other folders; for all or for none");
  static final Key<Double> TEMPERATURE =
      Key.number("mixture.temperature", 1, t -> t > 0 && t <= 1e6, "above 0")
          .means(
              "Mixture",
              "languages get shares of rows ** (1 / T): 1 as in the data, more evens out");
  static final Key<Map<Language, Double>> LANGUAGE_WEIGHTS =
      Key.of(
              "mixture.weights",
              "numbers, at least 0, by language",
              Map.<Language, Double>of(),
              (map, name, absent) -> KeyValues.byLanguage(map, name))
          .means("Mixture", "sets the shares, as {en: 2, zh: 1}; names every language of the data");
  static final Key<List<String>> HELD_OUT =
      Key.texts("held_out.data", "a list of folders")
          .means("TrainingData", "shards to measure losses on, by language");
  static final Key<Integer> HELD_OUT_EVERY =
      Key.whole("held_out.every", 10, 1)
          .means("TrainingLoop", "rounds between measurements; the last round is always measured");
  static final Key<Integer> HELD_OUT_EXAMPLES =
      Key.whole("held_out.examples", 256, 1)
          .means("TrainingLoop", "examples measured from each folder, at most");

  static final Key<Double> EPOCHS =
      Key.positive("epochs", 1).means("RunLength", "length of the run in passes over the data");
  static final Key<Long> MAX_STEPS =
      Key.wholeLong("max_steps", 0, 1)
          .absent("by epochs")
          .means("RunLength", "length in steps of each replica, instead of epochs");
  static final Key<Long> MAX_EXAMPLES =
      Key.wholeLong("max_examples", 0, 1)
          .absent("by epochs")
          .means("RunLength", "length in examples of all replicas, instead of epochs");
  static final String STOP = "stop";
  static final Key<Integer> PATIENCE =
      Key.whole(STOP + ".patience", 0, 1)
          .absent("no early stop")
          .means("HeldOutLosses", "ends the run after so many measurements without a lower loss");
  static final Key<TrainConfig.StopOn> STOP_ON =
      Key.choice(STOP + ".on", TrainConfig.StopOn.HELD_OUT)
          .means("HeldOutLosses", "whose loss is meant");
  static final Key<Double> LEARNING_RATE =
      Key.notNegative("optimizer.learning_rate", ALIGN_RATE)
          .absent(inWords(ALIGN_RATE) + "; instruct: " + inWords(INSTRUCT_RATE))
          .means("RateSchedule", "peak of the learning rate");
  static final Key<Map<ParameterGroup, Double>> RATES =
      PartKeys.byGroup("optimizer.rates")
          .means(
              "OptimizerSpec",
              "peaks of parts, as {experts: 1.0e-4}; router: as experts if absent");
  static final Key<RateSchedule.Shape> SCHEDULE =
      Key.choice("optimizer.schedule", RateSchedule.Shape.COSINE)
          .means("RateSchedule", "learning rate after the warm-up");
  static final Key<Integer> WARMUP_STEPS =
      Key.whole("optimizer.warmup_steps", 0, 0)
          .absent("by warmup_ratio")
          .means("TrainConfig", "steps over which the learning rate rises");
  static final Key<Double> WARMUP_RATIO =
      Key.share("optimizer.warmup_ratio", 0.03)
          .means("TrainConfig", "the same as a share of all steps");
  static final Key<Double> MINIMUM_RATE =
      Key.notNegative("optimizer.minimum_rate", 0)
          .means("RateSchedule", "where the cosine ends; at most learning_rate");
  static final Key<Double> BETA1 =
      Key.belowOne("optimizer.beta1", 0.9).means("AdamW", "decay of the first moment");
  static final Key<Double> BETA2 =
      Key.belowOne("optimizer.beta2", 0.999).means("AdamW", "decay of the second moment");
  static final Key<Double> EPSILON =
      Key.positive("optimizer.epsilon", 1e-8)
          .means("AdamW", "added to the root of the second moment");
  static final Key<Double> WEIGHT_DECAY =
      Key.notNegative("optimizer.weight_decay", 0)
          .means("OptimizerSpec", "decay of weights, times the learning rate");
  static final Key<Map<ParameterGroup, Double>> WEIGHT_DECAYS =
      PartKeys.byGroup("optimizer.weight_decays")
          .means(
              "OptimizerSpec", "decay of parts, as {decoder: 0.1}; router: as experts if absent");
  static final Key<Double> CLIP_NORM =
      Key.notNegative("optimizer.clip_norm", 1)
          .means("ParrotGraphVertex", "largest norm of the whole gradient; 0 for no limit");

  static final Key<String> KERNELS =
      Key.oneOf("kernels.name", Kernels.names(), Kernels.defaultName())
          .means("KernelProvider", "what computes");
  static final Key<DeviceChoice> DEVICE =
      Key.choice("kernels.device", DeviceChoice.AUTO)
          .means(
              "DeviceChoice",
              "where: cuda for a card for each replica; with auto and cpu runs train on processors");
  static final Key<Precision> PRECISION =
      Key.choice("kernels.precision", Precision.F32)
          .means(
              "Precision",
              "of matrix products; bf16 is faster on processors with AVX-512 BF16 or AMX");
  static final Key<Integer> THREADS =
      Key.whole("kernels.threads", 0, 0)
          .means("TrainJob", "threads of one replica; 0: its share of the cores");
  static final Key<Boolean> RECOMPUTE =
      Key.flag("recompute", false)
          .means(
              "DecoderBlock", "keep only inputs of decoder layers: less memory, a third more time");

  static final String STATE = "state";
  static final Key<String> GRADIENTS =
      Key.oneOf(STATE + ".gradients", List.of("f32", "bf16"), "f32")
          .means("RoundedGradients", "bf16: of matrices in layers; needs kernels.precision: bf16");
  static final Key<String> MOMENTS =
      Key.oneOf(STATE + ".moments", List.of("f32", "8bit"), "f32")
          .means("EightBitMoments", "how a replica keeps AdamW's moments while it trains");

  static final Key<Double> LOSS_WEIGHT =
      Key.notNegative("balance.loss_weight", 0)
          .means("ExpertBalance", "weight of a loss on the experts' loads, at first and at least");
  static final Key<Double> UPDATE_RATE =
      Key.notNegative("balance.update_rate", 0)
          .absent(
              inWords(BalanceConfig.USUAL_RATE) + "; step: " + inWords(BalanceConfig.USUAL_STEP))
          .means("ExpertBalance", "the part of the way, or the step; 0 keeps the bias");
  static final Key<BalanceConfig.Update> UPDATE =
      Key.choice("balance.update", BalanceConfig.Update.SOLVE)
          .means(
              "ExpertBalance",
              "moves the selection bias to the one that balances, or a step against each load");
  static final Key<Double> WITHIN_ROUND =
      Key.notNegative("balance.within_round", 0)
          .absent(inWords(BalanceConfig.USUAL_PACE) + "; 0 if update_rate is 0")
          .means(
              "MovingBias",
              "part of the probabilities' spread by which a replica's bias follows each image");
  static final Key<Double> MAX_LOSS_WEIGHT =
      Key.notNegative("balance.max_loss_weight", 0)
          .absent(inWords(BalanceConfig.USUAL_RISE) + " x loss_weight")
          .means("ExpertBalance", "the loss weight rises to it above target_violation");
  static final Key<Double> Z_LOSS =
      Key.notNegative("balance.z_loss", 0)
          .means("ZLoss", "weight of a loss on the size of the router's logits, such as 0.001");
  static final Key<Double> VARIANCE_LOSS =
      Key.notNegative("balance.variance_loss", 0)
          .means("GateTerms", "weight of a loss by which probabilities differ between images");
  static final Key<Double> INFORMATION_LOSS =
      Key.notNegative("balance.information_loss", 0)
          .means("GateTerms", "weight of a loss by which an image tells its expert");
  static final Key<Double> ORTHOGONALITY_LOSS =
      Key.notNegative("balance.orthogonality_loss", 0)
          .means("Overlap", "weight of a loss on how alike two experts' outputs are, such as 0.01");
  static final Key<Double> TARGET_VIOLATION =
      Key.positive("balance.target_violation", 0.3)
          .means("ExpertBalance", "where the loss weight turns: largest load / fair share - 1");
  static final Key<Double> FREEZE_AFTER =
      Key.share("balance.freeze_after", 1)
          .means("ExpertBalance", "share of the run after which bias and loss weight stay");
  static final Key<Double> ALARM_VIOLATION =
      Key.positive("balance.alarm_violation", 1)
          .means("BalanceAlarm", "warns above this violation");
  static final Key<Double> ALARM_DEAD_LOAD =
      Key.belowOne("balance.alarm_dead_load", 0.05)
          .means("BalanceAlarm", "warns of experts below this part of their fair share");

  static final Key<CheckpointInterval> CHECKPOINT_EVERY =
      Key.of(
              "checkpoints.every",
              CheckpointInterval.RULE,
              CheckpointInterval.USUAL,
              CheckpointInterval::read)
          .means(
              "TrainingLoop", "time or rounds between checkpoints; 0: only after the last round");
  static final Key<Integer> CHECKPOINT_KEEP =
      Key.whole("checkpoints.keep", 2, 1)
          .means("Checkpoints", "newest checkpoints that stay, beside the start");
  static final Key<Integer> CHECKPOINT_KEEP_EVERY =
      Key.whole("checkpoints.keep_every", 0, 0)
          .means("Checkpoints", "also keeps every n-th round's checkpoint for good; 0: none");
  static final Key<Integer> CHECKPOINT_KEEP_BEST =
      Key.whole("checkpoints.keep_best", 0, 0)
          .absent("0; with stop: 1")
          .means("Checkpoints", "also keeps those with the lowest held-out losses");
  static final Key<String> CHECKPOINT_DTYPE =
      Key.oneOf("checkpoints.dtype", List.of("f32", "bf16"), "f32")
          .means(
              "CheckpointWriter", "of trained weights; bf16: the float32 state lies beside them");

  static final String BENCHMARK = "benchmark";
  static final Key<List<String>> BENCHMARK_FILES =
      Key.texts(BENCHMARK + ".files", "a list of files and folders")
          .absent("required")
          .means("RunBenchmarks", "questions that checkpoints are asked, beside rounds");
  static final Key<Integer> BENCHMARK_EVERY =
      Key.whole(BENCHMARK + ".every", 500, 1)
          .means("RunBenchmarks", "steps between two checkpoints that are asked, beside the last");
  static final Key<Integer> BENCHMARK_LIMIT =
      Key.whole(BENCHMARK + ".limit", 200, 0)
          .means("RunBenchmarks", "first questions of each file that are asked; 0: all");

  static final Key<Integer> AVERAGE_LAST =
      Key.whole("average_last", 0, 0)
          .means(
              "CheckpointWriter",
              "also writes the mean of the states after the last n rounds, as a model; 0: none");

  /**
   * Keys that belong together.
   *
   * @param title of the section in help and reference page
   */
  record Section(String title, List<Key<?>> keys) {}

  /** All keys, in the order in which one reads about them. */
  static final List<Section> SECTIONS =
      List.of(
          new Section(
              "Run", List.of(STAGE, TRAIN, USE_MOE, OUT, SEED, ON_END, ON_ALARM, TENSORBOARD)),
          new Section(
              "Adapters", List.of(ADAPTER_RANK, ADAPTER_ALPHA, ADAPTER_LAYERS, ADAPTER_DROPOUT)),
          new Section("Model", modelKeys()),
          new Section(
              "Data",
              List.of(
                  DATA,
                  DATA_FOLDER,
                  DATA_WEIGHT,
                  TEMPERATURE,
                  LANGUAGE_WEIGHTS,
                  ChoiceKeys.WHERE,
                  ChoiceKeys.LIMIT_LIST,
                  ChoiceKeys.LIMIT_PER,
                  ChoiceKeys.LIMIT_ROWS,
                  ChoiceKeys.LIMIT_SHARE,
                  ChoiceKeys.LIMIT_TAKE,
                  ChoiceKeys.HOLD_OUT,
                  HELD_OUT,
                  HELD_OUT_EVERY,
                  HELD_OUT_EXAMPLES)),
          new Section("Length", List.of(EPOCHS, MAX_STEPS, MAX_EXAMPLES, PATIENCE, STOP_ON)),
          new Section(
              "Rounds",
              List.of(
                  RoundKeys.REPLICAS,
                  RoundKeys.AVERAGE_EVERY,
                  RoundKeys.BATCH_SIZE,
                  RoundKeys.EXCHANGE,
                  RoundKeys.OUTER_RATE,
                  RoundKeys.OUTER_MOMENTUM,
                  RoundKeys.OUTER_CORRECTION,
                  RoundKeys.MOMENTUM_UNTIL,
                  RoundKeys.UPDATER_STATE,
                  RoundKeys.FIRST_MOMENTS,
                  RoundKeys.SECOND_MOMENTS,
                  RoundKeys.OVERLAP_STEPS,
                  RoundKeys.ON_DIVERGENCE,
                  RoundKeys.MINIMUM_REPLICAS,
                  RoundKeys.AVERAGE_EXPERTS_BY,
                  RoundKeys.AVERAGING)),
          new Section(
              "Optimizer",
              List.of(
                  LEARNING_RATE,
                  RATES,
                  SCHEDULE,
                  WARMUP_STEPS,
                  WARMUP_RATIO,
                  MINIMUM_RATE,
                  BETA1,
                  BETA2,
                  EPSILON,
                  WEIGHT_DECAY,
                  WEIGHT_DECAYS,
                  CLIP_NORM)),
          new Section(
              "Kernels",
              List.of(KERNELS, DEVICE, PRECISION, THREADS, RECOMPUTE, GRADIENTS, MOMENTS)),
          new Section(
              "Balance",
              List.of(
                  UPDATE,
                  UPDATE_RATE,
                  WITHIN_ROUND,
                  LOSS_WEIGHT,
                  MAX_LOSS_WEIGHT,
                  TARGET_VIOLATION,
                  Z_LOSS,
                  VARIANCE_LOSS,
                  INFORMATION_LOSS,
                  ORTHOGONALITY_LOSS,
                  FREEZE_AFTER,
                  ALARM_VIOLATION,
                  ALARM_DEAD_LOAD)),
          new Section(
              "Checkpoints",
              List.of(
                  CHECKPOINT_EVERY,
                  CHECKPOINT_KEEP,
                  CHECKPOINT_KEEP_EVERY,
                  CHECKPOINT_KEEP_BEST,
                  CHECKPOINT_DTYPE,
                  AVERAGE_LAST)),
          new Section("Benchmark", List.of(BENCHMARK_FILES, BENCHMARK_EVERY, BENCHMARK_LIMIT)));

  private TrainKeys() {}

  /** Paths of all keys. */
  static List<String> paths() {
    return SECTIONS.stream().flatMap(section -> section.keys().stream()).map(Key::path).toList();
  }

  private static List<Key<?>> modelKeys() {
    List<Key<?>> keys = new ArrayList<>();
    keys.add(FOLDER);
    keys.addAll(PART_FOLDERS.values());
    keys.addAll(List.of(TOKENIZER, INITIALIZE, EXPERTS_START, ROUTER_SCALE, MODEL_CONFIG));
    return keys;
  }

  private static Map<Part, Key<Optional<String>>> partFolders() {
    Map<Part, Key<Optional<String>>> keys = new EnumMap<>(Part.class);
    for (Part part : STORED) {
      keys.put(
          part,
          Key.optionalText("model." + part.key(), "a folder")
              .absent(FROM_FOLDER)
              .means("StartingModel", "folder to take the " + part.key() + " from instead"));
    }
    return keys;
  }
}
