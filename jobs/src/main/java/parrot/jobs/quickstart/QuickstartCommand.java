package parrot.jobs.quickstart;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import parrot.jobs.cli.OverwriteOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot quickstart}. */
@Command(
    name = "quickstart",
    header = "Do everything once, on this machine: data, training, evaluation, a report.",
    description = {
      "Starts an HDFS inside this process, makes a small world of coloured shapes with questions in"
          + " six languages, preprocesses it into shards, trains a model in two stages by two"
          + " averaged replicas, evaluates it beside a model without experts and beside blank"
          + " images, asks it three questions and writes an HTML report.",
      "Takes about ten minutes on two cores; --smoke takes two and teaches the model little."
    },
    footerHeading = "%nExample:%n%n",
    footer = {"  ./parrot quickstart --smoke --out smoke-run"})
public final class QuickstartCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Option(names = "--smoke", description = "Do the same on little data.")
  private boolean smoke;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "quickstart-run",
      description = "Local folder for report, model and scores (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of data and training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--hdfs-port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Port of the embedded HDFS on 127.0.0.1 (default: any free one).")
  private int hdfsPort;

  @Override
  public Void call() throws Exception {
    PrintWriter console = spec.commandLine().getOut();
    Quickstart.run(
        new Quickstart.Request(out, smoke, overwrite.given(), seed, hdfsPort),
        line -> {
          console.println(line);
          console.flush();
        });
    return null;
  }
}
