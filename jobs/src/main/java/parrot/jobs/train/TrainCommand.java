package parrot.jobs.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.HdfsShorthand;
import parrot.jobs.cli.OverwriteOption;
import parrot.jobs.cli.SparkOptions;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.config.TrainHelp;
import parrot.jobs.failure.StoppedException;
import parrot.jobs.spark.SparkSessions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot train}. */
@Command(
    name = "train",
    modelTransformer = TrainCommand.KeysInHelp.class,
    sortOptions = false,
    header = "Train a model on shards, by replicas that are averaged.",
    description = {
      "Reads a YAML file; --set overrides the file, and the file overrides the defaults.",
      "In each round, K replicas train for H steps on Spark executors and are averaged. The run's"
          + " folder gets the resolved configuration, metrics.jsonl and checkpoints, each a complete"
          + " model folder. SIGTERM or Ctrl-C finishes the round, writes a checkpoint and ends"
          + " with 143; a second one ends at once with 130, and the last checkpoint stays."
    },
    footerHeading = "%nExamples:%n%n",
    footer = {
      "  ./parrot train align.yaml",
      "  ./parrot train align.yaml --set optimizer.learning_rate=5e-4",
      "  ./parrot train align.yaml --check",
      "  ./parrot train align.yaml --resume",
      "  ./parrot train align.yaml --resume --set epochs=2",
      "",
      "A configuration; paths may be local or hdfs://:",
      "",
      "  stage: align                     # or instruct, or  train: [vision, projector, decoder]",
      "  out: runs/align",
      "  model:",
      "    folder: models/start           # a model folder, or a run's: its newest checkpoint",
      "    initialize: [projector]        # parts that start from fresh weights",
      "  data: [shards/captions]          # or  [{folder: a, weight: 2}, {folder: b, weight: 1}]",
      "  held_out: {data: [shards/held-out], every: 10, examples: 256}",
      "  replicas: 2                      # K",
      "  average_every: 8                 # H, steps between two averages",
      "  batch_size: 8                    # samples of one step of one replica",
      "  epochs: 1                        # or max_steps, or max_examples",
      "  optimizer: {learning_rate: 1.0e-3, schedule: cosine, warmup_ratio: 0.03, clip_norm: 1}",
      "  stop: {patience: 10}             # measurements without a lower held-out loss",
      "  checkpoints: {every: 10m, keep: 2, keep_best: 1}  # a time, or a number of rounds",
      "  seed: 1                          # of the data's order and fresh weights",
      ""
    })
public final class TrainCommand implements Callable<Void> {
  /** Ends the help with the keys of the configuration. */
  static final class KeysInHelp implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      List<String> footer = new ArrayList<>(List.of(command.usageMessage().footer()));
      footer.addAll(TrainHelp.lines());
      command.usageMessage().footer(footer.toArray(String[]::new));
      return command;
    }
  }

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

  /** What to do if the folder exists. */
  static final class Existing {
    @Option(
        names = "--resume",
        description =
            "Continue from the newest undamaged checkpoint, or start if there is none. Length, rates,"
                + " replicas, batch size, data, held_out and checkpoints may differ from before.")
    private boolean resume;

    @Option(names = OverwriteOption.NAME, description = OverwriteOption.DESCRIPTION)
    private boolean overwrite;
  }

  @ArgGroup(exclusive = false)
  private Check check;

  /** Whether the run is only looked at. */
  static final class Check {
    @Option(
        names = "--check",
        required = true,
        description =
            "Check keys, data, model, memory and slots as a start does, say what the run will take,"
                + " and write nothing. Ends with the code that the start would end with.")
    private boolean asked;

    @Option(
        names = "--measured",
        paramLabel = "DIR",
        description =
            "With --check: folder of a run whose metrics.jsonl says how long rounds take.")
    private String measured;
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
    if (check != null) {
      try (SparkSession session = session()) {
        TrainJob.check(config, session, mode, Optional.ofNullable(check.measured), console);
      }
      return null;
    }
    Consumer<String> say =
        line -> {
          console.println(line);
          console.flush();
        };
    RunEvents events = new RunEvents(config, say);
    Runnable stopped = () -> events.failed(new StoppedException(null));
    TrainJob.Outcome outcome;
    try (StopSignal stop = new StopSignal(say, "Stopped before the first round", stopped);
        SparkSession session = session()) {
      outcome = TrainJob.run(config, session, mode, say, stop);
    } catch (RuntimeException | Error e) {
      events.failed(e);
      throw e;
    }
    events.ended(outcome);
    if (outcome.stopped()) {
      throw new StoppedException(null);
    }
    return null;
  }

  private SparkSession session() {
    return SparkSessions.create("parrot train", spark.master(), spark.settings());
  }

  private static String read(String file) throws IOException {
    Configuration hadoop = new Configuration();
    Path path = FileSystems.path(file);
    String yaml = FileSystems.readText(FileSystems.of(path, hadoop), path, 1 << 24);
    return HdfsShorthand.expand(yaml, hadoop);
  }
}
