package parrot.jobs.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Precision;
import parrot.model.tensor.ElementType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot plan}. */
@Command(
    name = "plan",
    sortOptions = false,
    header = "Print what a training run will take, without starting it.",
    description = {
      "Reads the configuration of parrot train and the shapes of its model, no weights: where every"
          + " byte of an executor goes, bytes of a round and of a checkpoint, operations of a step."
          + " A step is counted over samples of the length that nine of ten in the shards do not"
          + " exceed, or, without shards, of tokenizer_model_max_length.",
      "With --executors also how long a round takes there, from the rounds of a run that was"
          + " measured: any run of this program, best with the same model and kernels."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot plan recipes/align-7b.yaml --set batch_size=4",
      "  ./parrot plan align.yaml --set replicas=1024 --executors 1024 --bandwidth 10Gb"
          + " --measured runs/align"
    })
public final class PlanCommand implements Callable<Void> {
  private static final double GIB = 1L << 30;
  private static final String ROUNDED_GRADIENTS = "state.gradients=bf16";

  /** What takes less memory, first what costs least. */
  private static final List<String> CHANGES =
      List.of(
          "kernels.precision=bf16",
          "recompute=true",
          "batch_size=1",
          ROUNDED_GRADIENTS,
          "state.moments=8bit");

  private static final Pattern BANDWIDTH = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)([GM]b)");

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "Configuration in YAML, local or in HDFS.")
  private String file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key of the file. May be given several times.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--executors",
      paramLabel = "N",
      description =
          "Predict a round on so many executors, each with one replica at a time"
              + " (default: no prediction).")
  private Integer executors;

  @Option(
      names = "--bandwidth",
      paramLabel = "SIZE",
      description =
          "Of each executor's network in a second, such as 10Gb or 800Mb (default: as measured).")
  private String bandwidth;

  @Option(
      names = "--measured",
      paramLabel = "DIR",
      description = "Folder of the run whose metrics.jsonl says how fast rounds are.")
  private String measured;

  @Override
  public Void call() throws IOException {
    checkOptions();
    Configuration hadoop = new Configuration();
    Path path = FileSystems.path(file);
    String yaml = FileSystems.readText(FileSystems.of(path, hadoop), path, 1 << 24);
    TrainConfig config = TrainConfigReader.read(yaml, settings);
    ParrotConfig model = StartingModel.shape(config, hadoop);
    Optional<TrainingData.Lengths> lengths = TrainingData.lengths(config, hadoop);
    ElementType table = StartingModel.embeddingType(config, hadoop);
    RunPlan plan = RunPlan.of(config, model, table, lengths);
    PrintWriter out = spec.commandLine().getOut();
    PlanTable.Memory memory = PlanTable.Memory.here();
    PlanTable.print(out, plan, lengths.isPresent(), memory);
    if (lengths.isPresent()) {
      RunPlan most = RunPlan.of(config, model, table, lengths.get().longest());
      out.printf(
          Locale.ROOT,
          "at most     %.2f GiB of activations, if all samples of a step had %,d positions%n",
          most.step().activations() / GIB,
          most.positions());
    }
    Function<String, RunPlan> changed =
        change ->
            RunPlan.of(TrainConfigReader.read(yaml, with(change)), model, table, plan.positions());
    advise(out, plan, changed, memory);
    if (executors != null) {
      forecast(plan, hadoop).print(out, measured);
    }
    return null;
  }

  private RoundForecast forecast(RunPlan plan, Configuration hadoop) throws IOException {
    RoundFigures figures = RoundFigures.read(FileSystems.path(measured), hadoop);
    return new RoundForecast(plan, figures, executors, bits(bandwidth));
  }

  private void checkOptions() {
    if (executors != null && executors < 1) {
      throw new UsageException("Invalid --executors: " + executors + " (must be at least 1)");
    }
    if (executors != null && measured == null) {
      throw new UsageException(
          "Missing --measured (the folder of a run, whose metrics.jsonl says how fast rounds are)");
    }
    if (executors == null && (measured != null || bandwidth != null)) {
      throw new UsageException("Missing --executors (how many, so that a round can be predicted)");
    }
    bits(bandwidth);
  }

  /** Bits a second; infinite if nothing is said. */
  private static double bits(String bandwidth) {
    if (bandwidth == null) {
      return Double.POSITIVE_INFINITY;
    }
    Matcher matcher = BANDWIDTH.matcher(bandwidth);
    if (!matcher.matches() || Double.parseDouble(matcher.group(1)) == 0) {
      throw new UsageException(
          "Invalid --bandwidth: " + bandwidth + " (must be in bits a second, as 10Gb or 800Mb)");
    }
    return Double.parseDouble(matcher.group(1)) * (matcher.group(2).equals("Gb") ? 1e9 : 1e6);
  }

  private List<String> with(String change) {
    List<String> all = new ArrayList<>(settings);
    all.add(change);
    return all;
  }

  /**
   * Says what would help if a process with one replica does not fit into the memory of a machine.
   *
   * @param with the plan with one setting changed
   */
  static void advise(
      PrintWriter out, RunPlan plan, Function<String, RunPlan> with, PlanTable.Memory memory) {
    long machine = memory.machine();
    long need = plan.process(memory.heap());
    if (need <= machine) {
      out.printf(Locale.ROOT, "fits        this machine has %.1f GiB%n", machine / GIB);
      return;
    }
    out.printf(
        Locale.ROOT, "too large   for this machine's %.1f GiB; what helps:%n", machine / GIB);
    for (String change : CHANGES) {
      boolean needsBf16 = change.equals(ROUNDED_GRADIENTS);
      if (needsBf16 && plan.config().compute().precision() != Precision.BF16) {
        continue;
      }
      long saved = need - with.apply(change).process(memory.heap());
      if (saved > 0) {
        out.printf(Locale.ROOT, "  --set %-24s saves %.2f GiB%n", change, saved / GIB);
      }
    }
  }
}
