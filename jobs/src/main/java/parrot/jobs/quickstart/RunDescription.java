package parrot.jobs.quickstart;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.util.VersionInfo;
import parrot.datasets.language.Language;
import parrot.jobs.cli.Versions;
import parrot.jobs.report.ReportData.Command;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.ReportJob;
import parrot.jobs.report.RunIndex;

/** What a quickstart says about itself: in the report, and on the console when it is done. */
final class RunDescription {
  static final String MAIN = "after stage 2";
  static final String ALIGNED = "after stage 1";
  static final String PLAIN = "without experts";
  static final String BLANK = "blank image";
  static final String BENCHMARK = "benchmark";

  private final String folder;
  private final boolean smoke;
  private final long seed;
  private final Steps steps;

  RunDescription(Quickstart.Request request, Steps steps) {
    this.folder = request.out().toString();
    this.smoke = request.smoke();
    this.seed = request.seed();
    this.steps = steps;
  }

  /**
   * The index that the report is made from.
   *
   * @param spark its version
   */
  RunIndex index(List<RunIndex.AskedQuestion> asked, String spark) throws IOException {
    List<RunIndex.Data> data = new ArrayList<>();
    for (String name :
        List.of("captions", "conversations", "held-out-captions", "held-out-conversations")) {
      data.add(new RunIndex.Data(name.replace('-', ' '), "data/" + name + ".json"));
    }
    return new RunIndex(
        smoke ? "Parrot quickstart, smoke run" : "Parrot quickstart",
        String.format(
            Locale.ROOT,
            "Shapes in %d languages, 2 averaged replicas, seed %d, %s",
            Language.PUBLISHED.size(),
            seed,
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
        versions(spark),
        steps.timings(),
        commands(asked));
  }

  private static Map<String, String> versions(String spark) throws IOException {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Parrot", Versions.of("parrot"));
    versions.put("Spark", spark + ", " + Workplace.MASTER);
    versions.put("DL4J", Versions.of("dl4j"));
    versions.put("Hadoop", VersionInfo.getVersion());
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

  private List<Command> commands(List<RunIndex.AskedQuestion> asked) {
    RunIndex.AskedQuestion first = asked.get(0);
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

  /** Prints where everything is and what to try next. */
  void conclude(List<RunIndex.AskedQuestion> asked, Consumer<String> console) {
    console.accept("");
    console.accept("Done in " + Steps.time(steps.elapsed()) + ".");
    console.accept(
        "  Report       " + folder + "/" + ReportJob.FILE_NAME + "   (open it in a browser)");
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
