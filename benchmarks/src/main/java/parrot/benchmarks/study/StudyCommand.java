package parrot.benchmarks.study;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Versions;
import parrot.benchmarks.workload.PretrainedParts;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.model.kernel.Threads;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot study FILE}. */
@Command(
    name = "parrot study",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    header = "Runs an experiment over a grid of settings, and compares what comes out.",
    description = {
      "A study's file names steps, each a command of this program, and axes whose values change"
          + " them. Every combination is run with every seed. Steps are kept by the content of their"
          + " settings: equal ones run once, and a study that was killed goes on if it is called"
          + " again. Writes study.html, study.md and study.json."
    },
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    footer = {
      "",
      "Exit codes: 0 success, 1 a step failed (the others are done), 2 wrong usage, 3 results that"
          + " cannot be compared.",
      "",
      "Examples:",
      "  ./parrot study recipes/studies/claim.yaml --list",
      "  ./parrot study recipes/studies/claim.yaml --at-once 2",
      "  ./parrot study recipes/studies/claim.yaml --smoke"
    })
public final class StudyCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int DATA = 3;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "The study in YAML.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for all that is made (default: parrot-runs/studies/NAME).")
  private Path out;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "Steps at a time; they share the threads (default: one for each thread).")
  private Integer atOnce;

  @Option(names = "--smoke", description = "Run the small form that the file describes.")
  private boolean smoke;

  @Option(names = "--list", description = "List cells and steps, and which are done; run nothing.")
  private boolean list;

  @Option(names = "--page", description = "Write the page from what is done; run nothing.")
  private boolean page;

  /** Exits with 0, 1, 2 or 3. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /** Runs the command and gives its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new StudyCommand())
        .setOut(out)
        .setErr(err)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(
            (exception, words) -> {
              err.println(exception.getMessage());
              err.println("Try './parrot study --help'.");
              return USAGE;
            })
        .setExecutionExceptionHandler((exception, command, result) -> report(exception, err))
        .execute(args);
  }

  private static int report(Exception exception, PrintWriter err) {
    if (exception instanceof UsageException || exception instanceof DataException) {
      err.println(exception.getMessage());
      return exception instanceof UsageException ? USAGE : DATA;
    }
    if (exception instanceof InterruptedException) {
      err.println("The study was stopped; call it again to go on.");
      return FAILED;
    }
    exception.printStackTrace(err);
    return FAILED;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("parrot.home", "")).toAbsolutePath();
    int threads = Threads.allowed();
    int together = atOnce == null ? threads : atOnce;
    if (together < 1) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --at-once: " + atOnce + " (must be at least 1)");
    }
    StudyFile study = StudyFile.read(file, smoke);
    PretrainedParts parts = new PretrainedParts(home);
    List<Cell> cells = study.cells(parts.digest());
    try (StudyFolder folder = StudyFolder.open(out == null ? usualFolder(home) : out)) {
      ProgressLog progress = new ProgressLog(spec.commandLine().getErr(), "study");
      Path model = folder.path().resolve("parts");
      StepRun runner =
          new StepRun(
              folder,
              List.of(home.resolve("parrot").toString()),
              model,
              Math.max(1, threads / together),
              Versions.commit(home));
      Schedule schedule = new Schedule(cells, folder, runner::run, together, progress);
      if (list) {
        list(cells, schedule, folder);
        return 0;
      }
      Map<String, String> failures = Map.of();
      if (!page) {
        parts.write(model);
        failures = run(schedule, runner);
      }
      new StudyPage(study, cells, folder).write(failures);
      spec.commandLine().getOut().println(folder.path().resolve("study.html"));
      return failures.isEmpty() ? 0 : FAILED;
    }
  }

  private static Map<String, String> run(Schedule schedule, StepRun runner)
      throws IOException, InterruptedException {
    Thread atExit = new Thread(runner::stop, "end steps");
    Runtime.getRuntime().addShutdownHook(atExit);
    Map<String, String> failures = schedule.run();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      throw new InterruptedException("The study is being stopped");
    }
    return failures;
  }

  private Path usualFolder(Path home) {
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    return home.resolve("parrot-runs/studies").resolve(smoke ? name + "-smoke" : name);
  }

  private void list(List<Cell> cells, Schedule schedule, StudyFolder folder) {
    PrintWriter to = spec.commandLine().getOut();
    cells.forEach(cell -> to.println(cell));
    long done = schedule.steps().stream().filter(folder::isDone).count();
    schedule
        .steps()
        .forEach(step -> to.println((folder.isDone(step) ? "done  " : "      ") + step.id()));
    to.printf("%d cells, %d steps, %d of them done%n", cells.size(), schedule.steps().size(), done);
  }
}
