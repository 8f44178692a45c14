package parrot.jobs.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.KernelOptions;
import parrot.jobs.cli.ModelOption;
import parrot.model.generate.Sampling;
import parrot.model.kernel.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot generate}. */
@Command(
    name = "generate",
    header = "Ask a model one question, about an image or without one, in any of its languages.",
    description = {"The answer goes to standard output."},
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot generate --model runs/instruct --image cat.jpg --question 'What is this?'"
    })
public final class GenerateCommand implements Callable<Void> {
  private static final long LARGEST_IMAGE = 1L << 30;

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description =
          "PNG, JPEG, GIF, BMP or WebP file (default: none, the question is about text alone).")
  private String image;

  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "The question.")
  private String question;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "64",
      description = "Longest answer, in tokens (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "What the model is told before the question (default: as it was trained).")
  private String system;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End the answer before this text; repeatable.")
  private List<String> stops = List.of();

  @Mixin private SamplingOptions sampling;

  @Mixin private KernelOptions kernels;

  @Override
  public Void call() {
    Configuration configuration = new Configuration();
    AnsweringOptions options =
        Arguments.check(
            spec,
            () ->
                new AnsweringOptions(
                    maxNewTokens,
                    kernels.name(),
                    kernels.precision(),
                    kernels.threads(Threads.allowed()),
                    false));
    if (question.isBlank()) {
      throw Arguments.refuse(spec, "Invalid --question: it is blank (must be a question)");
    }
    if (stops.contains("")) {
      throw Arguments.refuse(spec, "Invalid --stop: it is empty (must be a text)");
    }
    Sampling chosen = Arguments.check(spec, sampling::sampling);
    byte[] content = image == null ? null : read(image, configuration);
    Query query = new Query(turns(), content, chosen, stops);
    Path folder = Checkpoints.resolveModel(FileSystems.path(model.folder()), configuration);
    try (AnsweringModel opened = AnsweringModel.open(folder, options, configuration)) {
      spec.commandLine().getOut().println(opened.answer(query).text());
    } catch (UnusableImageException e) {
      throw e.at(image);
    }
    return null;
  }

  private List<Turn> turns() {
    Turn asked = Turn.human(question);
    return system == null ? List.of(asked) : List.of(new Turn(Role.SYSTEM, system), asked);
  }

  private static byte[] read(String image, Configuration configuration) {
    FileSystem files = FileSystems.of(image, configuration);
    Path path = files.makeQualified(new Path(image));
    try {
      if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
        throw new DataException(
            "Cannot read image %s: it is a folder (expected an image file)".formatted(path));
      }
      if (!files.exists(path)) {
        throw new DataException(
            "Cannot read image %s: there is no such file (check --image)".formatted(path));
      }
      return FileSystems.readFully(files, path, LARGEST_IMAGE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read image %s: %s".formatted(path, e.getMessage()), e);
    }
  }
}
