package parrot.jobs.shapes;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.shapes.LanguageMixture;
import parrot.datasets.shapes.MultipleChoiceAnswers;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWriter;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.OutOption;
import parrot.jobs.cli.OverwriteOption;
import parrot.jobs.cli.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code parrot shapes}. */
@Command(
    name = "shapes",
    header = "Write a small synthetic world: images, questions in six languages, a benchmark.",
    description =
        "Images of coloured shapes with captions and conversations as LLaVA JSON, a held-out"
            + " part, a benchmark in the MMMB format and a tokenizer. The same seed and options"
            + " give the same files.",
    footerHeading = "%nExample:%n%n",
    footer = {"  ./parrot shapes --out world --captions 2000 --conversations 4000 --questions 100"})
public final class ShapesCommand implements Callable<Void> {
  private static final ShapesConfig DEFAULTS = ShapesConfig.builder().build();

  @Spec private CommandSpec spec;

  @Mixin private OutOption out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed; an example is a function of it and of its own number (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--captions",
      paramLabel = "N",
      description = "Examples to train stage 1 on (default: ${DEFAULT-VALUE}).")
  private int captions = DEFAULTS.captions();

  @Option(
      names = "--conversations",
      paramLabel = "N",
      description = "Examples to train stage 2 on (default: ${DEFAULT-VALUE}).")
  private int conversations = DEFAULTS.conversations();

  @Option(
      names = "--text",
      paramLabel = "N",
      description =
          "Examples of text alone, for a decoder that starts from nothing (default: ${DEFAULT-VALUE}).")
  private int text = DEFAULTS.text();

  @Option(
      names = "--heldout",
      paramLabel = "N",
      description =
          "Examples of each kind that are kept from training (default: ${DEFAULT-VALUE}).")
  private int heldout = DEFAULTS.heldout();

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Benchmark questions per language (default: ${DEFAULT-VALUE}).")
  private int questions = DEFAULTS.benchmarkQuestions();

  @Option(
      names = "--languages",
      paramLabel = "LIST",
      description =
          "Share of each language in conversations, such as en=0.5,zh=0.5 (default: ${DEFAULT-VALUE}).")
  private String languages = DEFAULTS.languages().toString();

  @Option(
      names = "--text-languages",
      paramLabel = "LIST",
      description = "The same for examples of text alone (default: ${DEFAULT-VALUE}).")
  private String textLanguages = DEFAULTS.textLanguages().toString();

  @Option(
      names = "--captions-in-all-languages",
      description =
          "Captions in the shares of --languages (default: in English, as real ones are).")
  private boolean captionsInAllLanguages;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Width and height of an image (default: ${DEFAULT-VALUE}).")
  private int imageSize = DEFAULTS.imageSize();

  @Option(
      names = "--jpeg-share",
      paramLabel = "SHARE",
      description =
          "Share of images written as JPEG; the others are PNG (default: ${DEFAULT-VALUE}).")
  private double jpegShare = DEFAULTS.jpegShare();

  @Option(
      names = "--choice-answers",
      paramLabel = "NAME",
      description =
          "What answers multiple-choice questions: letter or text (default: ${DEFAULT-VALUE}).")
  private String choiceAnswers = "letter";

  @Mixin private OverwriteOption overwrite;

  /** What a configuration refuses is bad usage here. */
  private ShapesConfig config() {
    try {
      return ShapesConfig.builder()
          .seed(seed)
          .captions(captions)
          .conversations(conversations)
          .text(text)
          .heldout(heldout)
          .benchmarkQuestions(questions)
          .languages(LanguageMixture.parse(languages))
          .textLanguages(LanguageMixture.parse(textLanguages))
          .captionsInAllLanguages(captionsInAllLanguages)
          .imageSize(imageSize)
          .jpegShare(jpegShare)
          .multipleChoiceAnswers(MultipleChoiceAnswers.of(choiceAnswers))
          .build();
    } catch (DataException | IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  @Override
  public Void call() throws IOException {
    ShapesConfig config = config();
    Path root = out.folder();
    FileSystem files = FileSystems.of(root, new Configuration());
    try (Progress progress = Progress.start("shapes", "examples", ShapesWriter.total(config))) {
      new ShapesWriter(config, files, root, overwrite.given(), progress::update).write();
    }
    spec.commandLine()
        .getOut()
        .println(
            "Written to "
                + files.makeQualified(root)
                + "; to preprocess its conversations, give this folder as --images");
    return null;
  }
}
