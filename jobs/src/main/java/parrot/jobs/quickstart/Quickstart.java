package parrot.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.Grouping;
import parrot.datasets.language.Language;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWorld;
import parrot.datasets.shapes.ShapesWriter;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.Progress;
import parrot.jobs.cli.Versions;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.EvaluateJob;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.failure.FailedException;
import parrot.jobs.failure.StoppedException;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.preprocess.PreprocessJob;
import parrot.jobs.preprocess.PreprocessOptions;
import parrot.jobs.report.ReportData.Command;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.ReportJob;
import parrot.jobs.report.RunIndex;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.train.TrainJob;

/** The steps of the quickstart, in their order. */
public final class Quickstart {
  static final String MAIN = "after stage 2";
  static final String ALIGNED = "after stage 1";
  static final String PLAIN = "without experts";
  static final String BLANK = "blank image";

  private static final String MASTER = "local[2]";
  private static final String BENCHMARK = "benchmark";

  /**
   * What to do.
   *
   * @param out local folder to make
   * @param smoke whether on little data
   * @param overwrite whether the folder of an earlier quickstart may be replaced
   * @param hdfsPort of the embedded name node; 0 for any free one
   */
  public record Request(Path out, boolean smoke, boolean overwrite, long seed, int hdfsPort) {
    public Request {
      if (hdfsPort < 0 || hdfsPort > 65_535) {
        throw new UsageException(
            "Invalid --hdfs-port: " + hdfsPort + " (must be from 1 to 65535, or 0 for any)");
      }
    }
  }

  private final Request request;
  private final Consumer<String> console;
  private final Parameters parameters;
  private final Steps steps;
  private final OutputFolder out;
  private final ShapesWorld world;
  private EmbeddedHdfs hdfs;
  private SparkSession session;
  private JavaSparkContext spark;
  private PretrainedParts parts;

  private Quickstart(Request request, Consumer<String> console, OutputFolder out) {
    this.request = request;
    this.console = console;
    this.out = out;
    this.parameters = Parameters.read(request.smoke(), request.seed());
    this.steps = new Steps(parameters.expectedSeconds(), console, System::nanoTime);
    this.world = new ShapesWorld(parameters.shapes());
  }

  /**
   * Runs everything.
   *
   * @throws StoppedException if it was asked to stop
   * @throws UsageException with the reason and an exit code
   */
  public static void run(Request request, Consumer<String> console) throws Exception {
    try (OutputFolder out = OutputFolder.create(request.out(), request.overwrite())) {
      new Quickstart(request, console, out).run();
    }
  }

  private void run() throws Exception {
    console.accept(
        "Parrot in "
            + steps.expectedCount()
            + " steps, about "
            + Steps.time(steps.expectedSeconds())
            + " on two cores. Everything goes to "
            + request.out()
            + ".");
    try {
      steps.run("Start HDFS and Spark", this::start);
      steps.run("Make the world", this::makeWorld);
      steps.run("Preprocess into shards", this::preprocess);
      List<RunIndex.Question> asked = trainAndEvaluate();
      Path report = steps.run("Write the report", () -> report(asked));
      conclude(report, asked);
    } catch (StoppedException e) {
      console.accept("Stopped. What was made so far is in " + request.out() + ".");
      throw e;
    } finally {
      if (session != null) {
        session.close();
      }
      if (hdfs != null) {
        hdfs.close();
      }
    }
  }

  private Void start() throws IOException {
    hdfs = EmbeddedHdfs.start(out.work("hdfs"), request.hdfsPort());
    console.accept("  HDFS: " + hdfs.path(""));
    session =
        SparkSessions.create(
            "parrot quickstart",
            MASTER,
            Map.of(
                "spark.local.dir", out.work("spark").toString(),
                "spark.sql.warehouse.dir", out.work("warehouse").toUri().toString()));
    spark = SparkSessions.context(session);
    console.accept("  Spark " + session.version() + ": " + MASTER);
    parts =
        PretrainedParts.write(hdfs.files(), new org.apache.hadoop.fs.Path(hdfs.path("pretrained")));
    return null;
  }

  private Void makeWorld() throws IOException {
    ShapesConfig config = parameters.shapes();
    Path raw = out.work("shapes");
    FileSystem local = FileSystems.of(raw.toUri().toString(), new Configuration());
    try (Progress progress = Progress.start("  shapes", "examples", ShapesWriter.total(config))) {
      new ShapesWriter(config, local, new org.apache.hadoop.fs.Path(raw.toUri()), progress::update)
          .write();
    }
    Files.move(raw.resolve(BENCHMARK), out.path(BENCHMARK));
    return null;
  }

  private Void preprocess() throws IOException {
    preprocess("captions", "train/captions.json");
    preprocess("conversations", "train/conversations.json");
    preprocess("held-out-captions", "heldout/captions.json");
    preprocess("held-out-conversations", "heldout/conversations.json");
    return null;
  }

  private void preprocess(String name, String file) throws IOException {
    Path raw = out.work("shapes");
    PreprocessOptions options =
        new PreprocessOptions(
            List.of(raw.resolve(file).toUri().toString()),
            raw.toUri().toString(),
            hdfs.path("pretrained/tokenizer.json"),
            shards(name),
            parts.imageSize(),
            parts.patchSize(),
            parameters.maxLength(),
            parameters.shardRows(),
            parameters.rowGroupRows(),
            null,
            List.of(out.path(BENCHMARK).toUri().toString()),
            0.05,
            false,
            request.seed());
    var result = new PreprocessJob(spark, options, line -> {}).run();
    console.accept(
        String.format(
            Locale.ROOT,
            "  %-24s %,7d read, %,7d written, %d duplicate, %d rejected",
            name,
            result.totals().read(),
            result.totals().written(),
            result.totals().duplicate(),
            result.totals().rejected()));
    out.copy(hdfs.files(), shards(name) + "/manifest.json", "data/" + name + ".json");
  }

  private String shards(String name) {
    return hdfs.path("shards/" + name);
  }

  private List<RunIndex.Question> trainAndEvaluate() throws Exception {
    String aligned =
        steps.run(
            "Stage 1, align: the projector learns",
            () -> train("align", hdfs.path("pretrained"), "captions"));
    steps.run("Evaluate after stage 1", () -> evaluate("align", aligned, false));
    String model =
        steps.run(
            "Stage 2, instruct: projector, experts and decoder learn",
            () -> train("instruct", aligned, "conversations"));
    out.copy(hdfs.files(), model, "model");
    OutputFolder.delete(out.path("model/training")); // the optimizer's state
    steps.run("Evaluate after stage 2", () -> evaluate("instruct", model, false));
    String plain =
        steps.run(
            "Stage 2 again without experts",
            () -> train("without_experts", aligned, "conversations"));
    steps.run("Evaluate without experts", () -> evaluate("without_experts", plain, false));
    steps.run("Evaluate on blank images", () -> evaluate("blank", model, true));
    return steps.run(
        "Ask three questions",
        () -> new Questions(world, parameters.questions(), out, console).ask());
  }

  /** Trains a stage and gives the folder of its last checkpoint. */
  private String train(String stage, String model, String data) throws Exception {
    String run = hdfs.path("runs/" + stage);
    TrainJob.Outcome outcome =
        TrainJob.run(
            parameters.training(stage, run, model, shards(data), shards("held-out-" + data)),
            session,
            TrainJob.Mode.FRESH,
            new StageConsole(stage.equals("align")));
    for (String file : List.of(MetricsFile.NAME, "config.yaml")) {
      out.copy(hdfs.files(), run + "/" + file, "runs/" + stage + "/" + file);
    }
    if (outcome.stopped()) {
      throw new StoppedException(null);
    }
    return outcome.checkpoint().toString();
  }

  /** Passes a stage's lines on; what it finds on this machine is said in the first stage alone. */
  private final class StageConsole implements Consumer<String> {
    private boolean open;

    StageConsole(boolean open) {
      this.open = open;
    }

    @Override
    public void accept(String line) {
      open |= line.startsWith("Training ");
      if (open) {
        console.accept("  " + line);
      }
    }
  }

  private Void evaluate(String name, String model, boolean blank) {
    AnsweringOptions options =
        AnsweringOptions.defaults().withMaxNewTokens(parameters.maxNewTokens()).withBlank(blank);
    EvaluateJob.Result result =
        EvaluateJob.run(
            EvaluateJob.Request.of(
                model,
                List.of(out.path(BENCHMARK).toUri().toString()),
                out.path("evaluation/" + name).toUri().toString(),
                options),
            spark);
    EvaluationScores.Benchmark scores = result.scores().benchmarks().get(0);
    StringBuilder line = new StringBuilder("  accuracy:");
    for (EvaluationScores.Line one : scores.lines(scores.metric(), Grouping.OVERALL)) {
      line.append(String.format(Locale.ROOT, "  %s %.0f %%", one.language(), 100 * one.accuracy()));
    }
    console.accept(line.toString());
    if (!scores.failures().isEmpty()) {
      throw new FailedException(
          "Cannot evaluate %s in %s: %s"
              .formatted(
                  name, scores.failures().get(0).language(), scores.failures().get(0).problem()));
    }
    return null;
  }

  private Path report(List<RunIndex.Question> asked) throws IOException {
    List<RunIndex.Data> data = new ArrayList<>();
    for (String name :
        List.of("captions", "conversations", "held-out-captions", "held-out-conversations")) {
      data.add(new RunIndex.Data(name.replace('-', ' '), "data/" + name + ".json"));
    }
    RunIndex index =
        new RunIndex(
            request.smoke() ? "Parrot quickstart, smoke run" : "Parrot quickstart",
            String.format(
                Locale.ROOT,
                "Shapes in %d languages, 2 averaged replicas, seed %d, %s",
                Language.values().length,
                request.seed(),
                Steps.time(steps.elapsed())),
            List.of(
                new RunIndex.Training(
                    "Stage 1, align",
                    "The projector learns from captions; everything else is frozen.",
                    "runs/align"),
                new RunIndex.Training(
                    "Stage 2, instruct",
                    "Projector, experts and decoder learn from conversations in six languages.",
                    "runs/instruct"),
                new RunIndex.Training(
                    "Stage 2 without experts",
                    "The same data, seed and number of steps, from the same checkpoint.",
                    "runs/without_experts")),
            List.of(
                new RunIndex.Evaluated(BLANK, Role.BLANK, "evaluation/blank"),
                new RunIndex.Evaluated(ALIGNED, Role.STAGE, "evaluation/align"),
                new RunIndex.Evaluated(PLAIN, Role.BASELINE, "evaluation/without_experts"),
                new RunIndex.Evaluated(MAIN, Role.MAIN, "evaluation/instruct")),
            List.of(new RunIndex.Compared(MAIN, PLAIN)),
            data,
            BENCHMARK,
            asked,
            versions(),
            steps.timings(),
            commands(asked));
    FileSystem local = FileSystems.of(out.hadoopPath("").toString(), new Configuration());
    index.write(local, out.hadoopPath(""));
    ReportJob.write(out.hadoopPath(""), null, new Configuration());
    return request.out().resolve(ReportJob.FILE_NAME);
  }

  private Map<String, String> versions() throws IOException {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Parrot", Versions.of("parrot"));
    versions.put("Spark", session.version() + ", " + MASTER);
    versions.put("DL4J", Versions.of("dl4j"));
    versions.put("Hadoop", org.apache.hadoop.util.VersionInfo.getVersion());
    versions.put("Java", Runtime.version().toString());
    versions.put(
        "Machine",
        String.format(
            Locale.ROOT,
            "%s %s, %d processors",
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors()));
    return versions;
  }

  private List<Command> commands(List<RunIndex.Question> asked) {
    String folder = request.out().toString();
    RunIndex.Question first = asked.get(0);
    return List.of(
        new Command(
            "Ask the model about an image",
            "./parrot generate --model %s/model --image %s/%s --question '%s'"
                .formatted(folder, folder, first.image(), first.question())),
        new Command(
            "Evaluate it again, in Turkish and with every rotation of the options",
            "./parrot evaluate --model %s/model --benchmark %s/benchmark/MMMB_tr.tsv --circular --out %s/circular"
                .formatted(folder, folder, folder)),
        new Command(
            "Compare two models on the same questions",
            "./parrot score %s/evaluation/instruct --compare %s/evaluation/without_experts"
                .formatted(folder, folder)),
        new Command("Make this report again", "./parrot report " + folder),
        new Command(
            "Make more of the world, to train on",
            "./parrot shapes --out %s/shapes --conversations 2000".formatted(folder)));
  }

  private void conclude(Path report, List<RunIndex.Question> asked) {
    String folder = request.out().toString();
    console.accept("");
    console.accept("Done in " + Steps.time(steps.elapsed()) + ".");
    console.accept("  Report       " + report + "   (open it in a browser)");
    console.accept("  Model        " + folder + "/model");
    console.accept("  Scores       " + folder + "/evaluation");
    console.accept("  Benchmark    " + folder + "/benchmark");
    console.accept("  Training     " + folder + "/runs   (configuration and metrics)");
    console.accept("");
    console.accept("To try next:");
    for (Command command : commands(asked)) {
      console.accept("  " + command.does() + ":");
      console.accept("    " + command.line());
    }
  }
}
