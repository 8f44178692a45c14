package parrot.jobs.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.OverwriteOption;
import parrot.jobs.cli.SparkOptions;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.failure.StoppedException;
import parrot.jobs.spark.SparkSessions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot train}. */
@Command(
    name = "train",
    sortOptions = false,
    description = {
      "Train a model on shards, by replicas that are averaged.",
      "Reads everything from a YAML file; --set wins over the file, the file over the defaults.",
      "Each round, K replicas train for H steps on Spark executors and are averaged. The run's",
      "folder gets the resolved configuration, metrics.jsonl and checkpoints, each a complete model",
      "folder. SIGTERM or Ctrl-C finishes the round, writes a checkpoint and ends with 143."
    },
    footer = {
      "",
      "Example of a configuration:",
      "  stage: align                     # or instruct, or  train: [vision, projector, decoder]",
      "  out: runs/align",
      "  model:",
      "    folder: models/start           # a model folder, or a run's: its newest checkpoint",
      "    initialize: [projector]        # parts that start fresh",
      "  data: [shards/captions]          # or  [{folder: a, weight: 2}, {folder: b, weight: 1}]",
      "  held_out: {data: [shards/held-out], every: 10, examples: 256}",
      "  replicas: 2                      # K",
      "  average_every: 8                 # H, steps between two averages",
      "  batch_size: 8                    # samples of one step of one replica",
      "  epochs: 1                        # or max_steps, or max_examples",
      "  optimizer: {learning_rate: 1.0e-3, schedule: cosine, warmup_ratio: 0.03, clip_norm: 1}",
      "  checkpoints: {every: 50, keep: 2}",
      "  seed: 1                          # of order and fresh parts",
      "",
      "Every minibatch has every language in its share; mixture says in which.",
      "",
      "More keys, and where they are not given:",
      "  mixture.temperature: 1           # of languages: rows ** (1 / T); 1 is as the data is",
      "  mixture.weights: {}              # instead, as {en: 2, zh: 1}; names every language",
      "  use_moe: the stage's             # whether visual tokens go through the experts",
      "  model.vision, .projector, .experts, .decoder, .tokenizer: model.folder",
      "  model.experts_start: small       # or normal",
      "  model.config: {}                 # replaces keys of config.json, as {moe_formula: paper}",
      "  optimizer.rates, .weight_decays: {}      # by part, as {experts: 1.0e-4}",
      "  optimizer.minimum_rate: 0, .warmup_steps: by ratio, .weight_decay: 0",
      "  optimizer.beta1: 0.9, .beta2: 0.999, .epsilon: 1.0e-8",
      "  kernels.precision: f32           # or bf16: two to four times as fast where processors have it",
      "  kernels.name: onednn             # or reference",
      "  kernels.threads: 0               # of a replica; 0: its share of the cores",
      "  balance.update: solve            # selection bias, where moe_top_k is below num_experts; or step",
      "  balance.update_rate: 0.5         # part of the way to the balancing bias; with step: 0.01",
      "  balance.loss_weight: 0, .max_loss_weight: ten times that     # of the loss on the load",
      "  balance.target_violation: 0.3    # above it the loss weighs more: load / fair share - 1",
      "  balance.freeze_after: 0.9        # of the run; bias and loss weight stay from there on",
      "  balance.alarm_violation: 1, .alarm_dead_load: 0.05           # when to warn",
      "  exchange: f32                    # or bf16, int8: what replicas send",
      "  outer: {learning_rate: 1, momentum: 0}   # 0.7 and 0.9: DiLoCo's Nesterov momentum",
      "  updater_state: average           # or reset: AdamW's moments between rounds",
      "  on_divergence: fail              # or drop: leave out replicas that give NaN",
      "  minimum_replicas: 1              # that must be left",
      "  average_experts_by: examples     # or load",
      "  averaging: parrot                # or dl4j: its own master, for comparison",
      "  checkpoints.keep_every: 0        # rounds between checkpoints that stay for good",
      "  recompute: false                 # true: less memory for long batches, a third more time",
      "",
      "Examples:",
      "  parrot train align.yaml --set optimizer.learning_rate=5e-4",
      "  parrot train align.yaml --resume",
      "",
      "Paths may be local or hdfs://."
    })
public final class TrainCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "Configuration in YAML, local or in HDFS.")
  private String file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Override a key of the file, such as optimizer.learning_rate=1e-4. May be given several"
              + " times.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run's folder; same as --set out=DIR.")
  private String out;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "Replicas trained in parallel; same as --set replicas=N.")
  private Integer replicas;

  @ArgGroup private Existing existing = new Existing();

  /** What to do with a folder that is there. */
  static final class Existing {
    @Option(
        names = "--resume",
        description = "Continue from the newest undamaged checkpoint, or start if there is none.")
    private boolean resume;

    @Option(names = OverwriteOption.NAME, description = OverwriteOption.DESCRIPTION)
    private boolean overwrite;
  }

  @Mixin private SparkOptions spark;

  @Override
  public Void call() throws IOException {
    List<String> all = new ArrayList<>(settings);
    if (out != null) {
      all.add("out=" + out);
    }
    if (replicas != null) {
      all.add("replicas=" + replicas);
    }
    TrainConfig config = TrainConfigReader.read(read(file), all);
    TrainJob.Mode mode =
        existing.resume
            ? TrainJob.Mode.RESUME
            : existing.overwrite ? TrainJob.Mode.OVERWRITE : TrainJob.Mode.FRESH;
    PrintWriter console = spec.commandLine().getOut();
    try (SparkSession session =
        SparkSessions.create("parrot train", spark.master(), spark.settings())) {
      TrainJob.Outcome outcome =
          TrainJob.run(
              config,
              session,
              mode,
              line -> {
                console.println(line);
                console.flush();
              });
      if (outcome.stopped()) {
        throw new StoppedException(null);
      }
      return null;
    }
  }

  private static String read(String file) throws IOException {
    Configuration hadoop = new Configuration();
    Path path = FileSystems.path(file);
    return FileSystems.readText(FileSystems.of(path, hadoop), path, 1 << 24);
  }
}
