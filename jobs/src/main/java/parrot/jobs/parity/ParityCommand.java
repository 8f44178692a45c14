package parrot.jobs.parity;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.KernelOptions;
import parrot.model.kernel.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot parity}. */
@Command(
    name = "parity",
    header = "Prove that this program computes what the reference implementation does.",
    description = {
      "Computes every case in folders of reference cases and compares it with what another"
          + " implementation computed. Cases are recognised by their files:",
      "  network  config.json, model.safetensors, inputs.safetensors, expected.safetensors",
      "  images   image files and expected.safetensors (NAME@SIZE)",
      "  text     chat-format.json, multiple-choice-prompts.json, answer-matching.json,",
      "           circular-predictions.tsv, circular-expected.json",
      "Floats must agree as max|a-b| / max|b| within the tolerance, tensor by tensor; tokens and"
          + " texts must be equal; images within 1 of 255, or on average where the format is"
          + " lossy. Ends with 1 if anything differs or is missing."
    },
    footerHeading = "%nExample:%n%n",
    footer = {"  ./parrot parity model/src/test/resources/reference"})
public final class ParityCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folder of a case, or one above several; local or in HDFS.")
  private List<String> folders;

  @Mixin private KernelOptions kernels;

  @Option(
      names = "--tolerance",
      paramLabel = "NUMBER",
      defaultValue = "1e-4",
      description =
          "Largest relative difference of a tensor of floats (default: ${DEFAULT-VALUE}).")
  private double tolerance;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the comparisons to a JSON file.")
  private String json;

  @Override
  public Void call() throws IOException {
    checkOptions();
    int threads = kernels.threads(Threads.allowed());
    Configuration configuration = new Configuration();
    List<ReferenceCase> cases = ReferenceCase.find(folders, configuration);
    ParityReport report = new ParityReport(spec.commandLine().getOut(), kernels.name(), tolerance);
    for (ReferenceCase reference : cases) {
      report.add(reference, compute(reference, threads, configuration));
    }
    report.finish();
    if (json != null) {
      Path path = FileSystems.path(json);
      try (OutputStream stream = FileSystems.of(path, configuration).create(path, true)) {
        report.writeJson(stream);
      }
    }
    report.requireAgreement();
    return null;
  }

  private void checkOptions() {
    if (!(tolerance > 0) || Double.isInfinite(tolerance)) {
      throw new UsageException(
          "Invalid --tolerance: " + tolerance + " (must be a positive number, such as 1e-4)");
    }
    kernels.requireUsable();
  }

  private List<Comparison> compute(
      ReferenceCase reference, int threads, Configuration configuration) {
    try {
      return switch (reference.kind()) {
        case NETWORK ->
            NetworkCheck.run(
                reference.folder(),
                kernels.name(),
                kernels.precision(),
                threads,
                tolerance,
                configuration);
        case IMAGES -> ImageCheck.run(reference.folder(), tolerance, configuration);
        case TEXT -> TextCheck.run(reference.folder(), configuration);
      };
    } catch (RuntimeException | IOException e) {
      // One damaged case must not hide the others.
      return List.of(
          Comparison.failed("(all)", e.getMessage() == null ? e.toString() : e.getMessage()));
    }
  }
}
