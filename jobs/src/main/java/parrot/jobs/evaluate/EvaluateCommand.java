package parrot.jobs.evaluate;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.PromptTemplate;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.KernelOptions;
import parrot.jobs.cli.ModelOption;
import parrot.jobs.cli.OverwriteOption;
import parrot.jobs.cli.SparkOptions;
import parrot.jobs.spark.Preflight;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.spark.TaskDevice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot evaluate}. */
@Command(
    name = "evaluate",
    header = "Ask a model the questions of benchmarks and score its answers.",
    description = {
      "MMBench is asked and scored circularly (every rotation of the options must be answered"
          + " right), every other benchmark plainly. An answer that names no option counts as wrong;"
          + " nothing is guessed.",
      "What the same model has answered with the same options is not asked again, so an evaluation"
          + " that was interrupted continues, and a corrected answer key is scored in seconds. A file"
          + " or question that cannot be asked is told with its reason; the others are scored, and"
          + " the exit code is 3."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot evaluate --model runs/instruct --benchmark MMMB/ --out scores/instruct",
      "  ./parrot evaluate --model runs/instruct --benchmark MMMB/ --out scores/instruct --baselines",
      "  ./parrot evaluate --model runs/instruct --benchmark MMMB/ --out scores/likelihood --scoring likelihood",
      "  ./parrot evaluate --model runs/instruct --benchmark MMStar.tsv --language en --out scores/star"
    })
public final class EvaluateCommand implements Callable<Void> {
  private static final long LONGEST_PROMPT = 1 << 16;

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--benchmark",
      required = true,
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Benchmark files such as MMMB_en.tsv, or folders of them. A file's name ends in its"
              + " language, such as en, cn or pt.")
  private List<String> benchmarks;

  @Mixin private FileLanguageOption fileLanguage;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for predictions (TSV and Parquet, by file) and scores.json.")
  private String out;

  @Option(
      names = "--blank",
      description = "Show blank images: what is right then was guessed from the text.")
  private boolean blank;

  @Option(
      names = "--baselines",
      description =
          "Ask everything again about blank images, and about images of other questions, into DIR-blank"
              + " and DIR-shuffled, and show those scores beside the others.")
  private boolean baselines;

  @Option(
      names = "--prompt",
      paramLabel = "FILE",
      description =
          "A text to ask questions by, with the places {question}, {hint}, {options}, {letters} and"
              + " {instruction} (default: as published).")
  private String prompt;

  @Option(names = "--circular", description = "Ask and score every benchmark circularly.")
  private boolean circular;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Ask only the first questions of each file.")
  private Integer limit;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "" + AnsweringOptions.DEFAULT_MAX_NEW_TOKENS,
      description = "Longest answer, in tokens (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--scoring",
      paramLabel = "NAME",
      defaultValue = "answers",
      description =
          "answers: the model answers in words. likelihood: of the options' texts, each as a whole"
              + " answer, the likeliest counts (with --matching likelihood-normalised, the likeliest"
              + " for its length). letter-likelihood: of the options' letters. Questions without"
              + " options are answered in words (default: ${DEFAULT-VALUE}).")
  private String scoring;

  @Mixin private FastOption fast;

  @Mixin private KernelOptions kernels;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "Spark tasks for each benchmark; changes nothing but speed (default: by its size).")
  private Integer partitions;

  @Mixin private MatchingOption matching;

  @Mixin private OverwriteOption overwrite;

  @Mixin private SparkOptions spark;

  @Override
  public Void call() {
    requirePositive("--limit", limit);
    requirePositive("--partitions", partitions);
    if (blank && baselines) {
      throw Arguments.refuse(
          spec, "Invalid --baselines: with --blank all images are blank (give one of the two)");
    }
    AnsweringOptions asked =
        Arguments.check(
            spec,
            () ->
                new AnsweringOptions(
                    maxNewTokens,
                    kernels.name(false),
                    kernels.precision(),
                    kernels.threads(1),
                    blank,
                    fast.given(),
                    false,
                    prompt == null ? null : template(),
                    Scoring.of(scoring)));
    if (matching.rule().needsLikelihoods() && asked.scoring() == Scoring.ANSWERS) {
      throw Arguments.refuse(
          spec,
          "Invalid --matching: %s (needs --scoring likelihood or letter-likelihood)"
              .formatted(matching.rule().label()));
    }
    EvaluateJob.Result result;
    Map<String, EvaluationScores> beside = new LinkedHashMap<>();
    try (SparkSession session =
            SparkSessions.create("parrot evaluate", spark.master(), spark.settings());
        JavaSparkContext context = SparkSessions.context(session)) {
      PrintWriter console = spec.commandLine().getOut();
      String name = kernels.name(TaskDevice.isThere(context.getConf()));
      AnsweringOptions options = asked.withKernels(name);
      EvaluateJob.Request request = request(options);
      Preflight.checkAnyTasks(session.sparkContext(), name, kernels.precision())
          .forEach(console::println);
      console.println(
          "cache      in each task "
              + AnsweringModel.capacity(
                  Checkpoints.resolveModel(
                      FileSystems.path(model.folder()), context.hadoopConfiguration()),
                  options,
                  context.hadoopConfiguration()));
      console.flush();
      result = EvaluateJob.run(request, context);
      if (baselines) {
        beside.put("blank", baseline(request, "blank", options.withBlank(true), context));
        beside.put("shuffled", baseline(request, "shuffled", options.withShuffled(true), context));
      }
    }
    print(spec.commandLine().getOut(), result);
    BaselineTable.print(spec.commandLine().getOut(), result.scores(), beside);
    result.scores().requireComplete();
    beside.values().forEach(EvaluationScores::requireComplete);
    return null;
  }

  private EvaluateJob.Request request(AnsweringOptions options) {
    return new EvaluateJob.Request(
        model.folder(),
        benchmarks,
        fileLanguage.language(),
        out,
        circular,
        limit == null ? 0 : limit,
        partitions == null ? 0 : partitions,
        overwrite.given(),
        matching.rule(),
        options);
  }

  private static EvaluationScores baseline(
      EvaluateJob.Request request, String name, AnsweringOptions options, JavaSparkContext spark) {
    String out = request.out().replaceAll("/+$", ""); // beside it, not inside
    return EvaluateJob.run(request.with(out + "-" + name, options), spark).scores();
  }

  private PromptTemplate template() {
    Configuration configuration = new Configuration();
    Path file = FileSystems.qualified(prompt, configuration);
    try {
      return new PromptTemplate(
          FileSystems.readText(FileSystems.of(file, configuration), file, LONGEST_PROMPT));
    } catch (FileNotFoundException e) {
      throw new UsageException(
          "Cannot read prompt template %s: there is no such file (check --prompt)".formatted(file),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read prompt template %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void requirePositive(String option, Integer value) {
    if (value != null && value < 1) {
      throw Arguments.refuse(spec, "Invalid %s: %d (must be at least 1)".formatted(option, value));
    }
  }

  private void print(PrintWriter console, EvaluateJob.Result result) {
    result.scores().benchmarks().forEach(benchmark -> ScoreTable.print(console, benchmark));
    console.println();
    for (Cell cell : result.cells()) {
      if (cell.reused()) {
        console.printf("%s: answered before, not asked again%n", cell.name());
      }
    }
    if (blank) {
      console.println("The model saw blank images: what is above chance came from the text.");
    }
    console.printf("Predictions and %s: %s%n", EvaluationScores.FILE_NAME, this.out);
  }
}
