package parrot.jobs.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.QuestionFile;
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
    header = "Ask a model a question, about an image or without one, or a file of questions.",
    description = {
      "The answer goes to standard output. A file of questions has one a row, as JSON lines or as a"
          + " table with a header: id, question, system, image (a file's name, from the folder of the"
          + " questions). Each row has its line of JSON in --out, in order; one that could not be"
          + " asked has an error in it, the others are answered, and the exit code is 3."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot generate --model runs/instruct --image cat.jpg --question 'What is this?'",
      "  ./parrot generate --model runs/instruct --questions photos.jsonl --out answers.jsonl"
    })
public final class GenerateCommand implements Callable<Void> {
  private static final long LARGEST_IMAGE = 1L << 30;

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description =
          "PNG, JPEG, GIF, BMP, WebP or TIFF file (default: none, the question is about text alone).")
  private List<String> images = List.of();

  @Option(names = "--question", paramLabel = "TEXT", description = "The question.")
  private String question;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "A file of questions instead: .jsonl, .tsv or .xlsx.")
  private String questions;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the answers to a file of questions go; must not exist.")
  private String out;

  @Option(
      names = "--json",
      description =
          "Print a line of JSON: id, question, image, answer, tokens, end, log_probability.")
  private boolean json;

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

  @Mixin private FastOption fast;

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
                    false,
                    fast.given()));
    kernels.requireUsable();
    requireQuestion();
    Sampling chosen = Arguments.check(spec, sampling::sampling);
    Path folder = Checkpoints.resolveModel(FileSystems.path(model.folder()), configuration);
    if (questions == null) {
      QuestionFile.Row row =
          new QuestionFile.Row(
              "1",
              question,
              Optional.ofNullable(system),
              images.stream().findFirst(),
              Optional.empty());
      Query query = new Query(turns(row), image(row, null, configuration), chosen, stops);
      try (AnsweringModel opened = AnsweringModel.open(folder, options, configuration)) {
        Reply reply = opened.answer(query);
        spec.commandLine().getOut().println(json ? AnswerJson.of(row, reply) : reply.text());
      } catch (UnusableImageException e) {
        throw e.at(images.get(0));
      }
      return null;
    }
    Path file = FileSystems.qualified(questions, configuration);
    List<QuestionFile.Row> rows = QuestionFile.read(FileSystems.of(file, configuration), file);
    QuestionAnswers answers = new QuestionAnswers(rows, FileSystems.qualified(out, configuration));
    try (AnsweringModel opened = AnsweringModel.open(folder, options, configuration)) {
      answers.write(
          opened,
          row -> new Query(turns(row), image(row, file.getParent(), configuration), chosen, stops),
          configuration);
    }
    return null;
  }

  private void requireQuestion() {
    if ((question == null) == (questions == null)) {
      throw Arguments.refuse(spec, "Give either --question or --questions");
    }
    if (question != null && question.isBlank()) {
      throw Arguments.refuse(spec, "Invalid --question: it is blank (must be a question)");
    }
    if ((questions == null) != (out == null)) {
      throw Arguments.refuse(spec, "--questions and --out belong together (give both or neither)");
    }
    if (questions != null && !images.isEmpty()) {
      throw Arguments.refuse(
          spec, "Invalid --image: a file of questions names the image of each (remove --image)");
    }
    if (images.size() > 1) {
      throw Arguments.refuse(
          spec,
          "Invalid --image: %d images (several images in one question are not supported; give one)"
              .formatted(images.size()));
    }
    if (stops.contains("")) {
      throw Arguments.refuse(spec, "Invalid --stop: it is empty (must be a text)");
    }
  }

  private List<Turn> turns(QuestionFile.Row row) {
    Turn asked = Turn.human(row.question());
    String told = row.system().orElse(system);
    return told == null ? List.of(asked) : List.of(new Turn(Role.SYSTEM, told), asked);
  }

  private static byte[] image(QuestionFile.Row row, Path folder, Configuration configuration) {
    return row.image()
        .map(
            name ->
                folder == null
                    ? read(name, "check --image", configuration)
                    : read(
                        new Path(folder, name).toString(),
                        "correct the row's image",
                        configuration))
        .orElse(null);
  }

  private static byte[] read(String image, String remedy, Configuration configuration) {
    FileSystem files = FileSystems.of(image, configuration);
    Path path = files.makeQualified(new Path(image));
    try {
      if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
        throw new DataException(
            "Cannot read image %s: it is a folder (expected an image file)".formatted(path));
      }
      if (!files.exists(path)) {
        throw new DataException(
            "Cannot read image %s: there is no such file (%s)".formatted(path, remedy));
      }
      return FileSystems.readFully(files, path, LARGEST_IMAGE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read image %s: %s".formatted(path, e.getMessage()), e);
    }
  }
}
