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
import parrot.jobs.cli.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code parrot shapes}. */
@Command(
    name = "shapes",
    header = "Write a small synthetic world: pictures, questions in six languages, a benchmark.",
    description =
        "Pictures of coloured shapes with captions and conversations as LLaVA JSON, a held-out"
            + " part, a benchmark in the MMMB format and a tokenizer. The same seed and options"
            + " give the same files.",
    footerHeading = "%nExample:%n%n",
    footer = {"  ./parrot shapes --out world --captions 2000 --conversations 4000 --questions 100"},
    showDefaultValues = true)
public final class ShapesCommand implements Callable<Void> {
  private static final ShapesConfig DEFAULTS = ShapesConfig.builder().build();

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Folder to make, local or in HDFS; it must not exist.")
  private String out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Every example is a function of it and of its index.")
  private long seed;

  @Option(names = "--captions", paramLabel = "N", description = "Stage 1 examples to train on.")
  private int captions = DEFAULTS.captions();

  @Option(
      names = "--conversations",
      paramLabel = "N",
      description = "Stage 2 examples to train on.")
  private int conversations = DEFAULTS.conversations();

  @Option(
      names = "--text",
      paramLabel = "N",
      description = "Examples of the text corpus, for a decoder that starts from nothing.")
  private int text = DEFAULTS.text();

  @Option(
      names = "--heldout",
      paramLabel = "N",
      description = "Examples of each kind that are kept from training.")
  private int heldout = DEFAULTS.heldout();

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Benchmark questions per language.")
  private int questions = DEFAULTS.benchmarkQuestions();

  @Option(
      names = "--languages",
      paramLabel = "LIST",
      description = "How often each language is spoken in conversations, such as en=0.5,zh=0.5.")
  private String languages = DEFAULTS.languages().toString();

  @Option(
      names = "--text-languages",
      paramLabel = "LIST",
      description = "The same for the text corpus.")
  private String textLanguages = DEFAULTS.textLanguages().toString();

  @Option(
      names = "--captions-in-all-languages",
      showDefaultValue = Visibility.NEVER,
      description = "Captions by --languages too; otherwise English, as real ones are.")
  private boolean captionsInAllLanguages;

  @Option(names = "--picture-size", paramLabel = "PIXELS", description = "Width and height.")
  private int imageSize = DEFAULTS.imageSize();

  @Option(
      names = "--jpeg-share",
      paramLabel = "SHARE",
      description = "Share of pictures written as JPEG; the others are PNG.")
  private double jpegShare = DEFAULTS.jpegShare();

  @Option(
      names = "--choice-answers",
      paramLabel = "KIND",
      description = "What multiple choice questions are answered by: letter or text.")
  private String choiceAnswers = "letter";

  @Option(
      names = "--overwrite",
      showDefaultValue = Visibility.NEVER,
      description = "Replace the folder if it exists.")
  private boolean overwrite;

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
    Path root = FileSystems.path(out);
    FileSystem files = FileSystems.of(root, new Configuration());
    try (Progress progress = Progress.start("shapes", "examples", ShapesWriter.total(config))) {
      new ShapesWriter(config, files, root, overwrite, progress::update).write();
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
