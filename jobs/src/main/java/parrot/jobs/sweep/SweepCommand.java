package parrot.jobs.sweep;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.OverwriteOption;
import parrot.jobs.cli.SparkOptions;
import parrot.jobs.spark.Preflight;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.spark.TaskDevice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot sweep}. */
@Command(
    name = "sweep",
    header = "Evaluate many models on many benchmarks, and show the results on one page.",
    description = {
      "The file names models, all checkpoints of runs among them, benchmarks, languages and ways of"
          + " asking (docs/evaluation.md). Each model is evaluated as parrot evaluate does, into a"
          + " folder of its own; beside them are sweep.html, leaderboard.csv and leaderboard.md.",
      "The same command goes on after an interruption, with any number of executors, and asks"
          + " nothing again that was answered. A model, file or question that fails is shown with"
          + " its reason; the others are scored, and the exit code is 3."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot sweep recipes/sweeps/checkpoints.yaml --dry-run",
      "  ./parrot sweep recipes/sweeps/checkpoints.yaml"
    })
public final class SweepCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "What to evaluate, in YAML, local or in HDFS.")
  private String file;

  @Option(
      names = "--dry-run",
      description = "List models and questions with their sizes, and ask nothing.")
  private boolean dryRun;

  @Mixin private OverwriteOption overwrite;

  @Mixin private SparkOptions spark;

  @Override
  public Void call() throws IOException {
    Configuration hadoop = new Configuration();
    Path path = FileSystems.path(file);
    SweepConfig config =
        SweepConfig.read(FileSystems.readText(FileSystems.of(path, hadoop), path, 1 << 24));
    PrintWriter console = spec.commandLine().getOut();
    if (dryRun) {
      SweepPlan.of(config, hadoop).print(console);
      return null;
    }
    SweepOutcome outcome;
    try (SparkSession session =
            SparkSessions.create("parrot sweep", spark.master(), spark.settings());
        JavaSparkContext context = SparkSessions.context(session)) {
      SweepConfig computed = config.on(TaskDevice.isThere(context.getConf()));
      for (SweepConfig.Setting setting : computed.settings()) {
        Preflight.checkAnyTasks(
                session.sparkContext(), setting.options().kernels(), setting.options().precision())
            .forEach(console::println);
      }
      console.flush();
      outcome = SweepJob.run(computed, overwrite.given(), context, console);
    }
    outcome.print(console);
    console.printf("%nsweep.html, leaderboard and predictions: %s%n", config.out());
    outcome.requireComplete();
    return null;
  }
}
