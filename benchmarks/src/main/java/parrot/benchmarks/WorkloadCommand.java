package parrot.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.ResultWriter;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.suite.Benchmark;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs one benchmark, or several in turn. */
@Command(sortOptions = false)
final class WorkloadCommand implements Callable<Integer> {
  private final List<Benchmark> benchmarks;

  @Spec private CommandSpec spec;

  @Option(names = "--check", description = "Exit with 1 if a target is missed.")
  private boolean check;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Steps of each side that count; of serve: requests (default: 7, answer 3, rounds 5,"
              + " steady 100, averaging 192, precision 200, serve 5000, preprocess 2).")
  private Integer steps;

  @Option(
      names = "--warmup",
      defaultValue = "3",
      paramLabel = "N",
      description = "Steps before those, which do not count (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of every side (default: PARROT_THREADS, else all cores).")
  private Integer threads;

  @Option(
      names = "--precision",
      defaultValue = "bf16",
      paramLabel = "NAME",
      description = "Precision of our matrix products: bf16 or f32 (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--side",
      paramLabel = "SIDE",
      description = "Measure this side alone; repeatable. One of ${COMPLETION-CANDIDATES}.")
  private List<Engine> sides = new ArrayList<>();

  @Option(
      names = "--apart",
      description =
          "Run one process at a time, A, B, A, B, even if memory would do for all together.")
  private boolean apart;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "N",
      description =
          "Of rounds: models of these millions of parameters alone, with two replicas that send f32.")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Of load: the folder of a model (default: one of 0.8 G parameters).")
  private Path model;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Folder of the results (default: benchmarks/results).")
  private Path results;

  WorkloadCommand(List<Benchmark> benchmarks) {
    this.benchmarks = benchmarks;
  }

  @Override
  public Integer call() throws IOException {
    validate();
    Path home = Path.of(System.getProperty("parrot.home", "")).toAbsolutePath();
    Path target = home.resolve("benchmarks").resolve("target");
    Path folder = results == null ? home.resolve("benchmarks").resolve("results") : results;
    ResultWriter writer = new ResultWriter(folder, command(), home);
    List<String> missed = new ArrayList<>();
    for (Benchmark benchmark : benchmarks) {
      Benchmark.Options options =
          new Benchmark.Options(
              target.resolve("models"),
              target.resolve("logs"),
              warmup,
              steps == null ? benchmark.defaultSteps() : steps,
              threads == null ? Main.defaultThreads() : threads,
              precision,
              sides,
              apart,
              sizes,
              model);
      missed.addAll(measure(benchmark, options, writer));
    }
    missed.forEach(spec.commandLine().getErr()::println);
    return check && !missed.isEmpty() ? Main.FAILED : 0;
  }

  /** Messages of the targets that were missed. */
  private List<String> measure(Benchmark benchmark, Benchmark.Options options, ResultWriter writer)
      throws IOException {
    ProgressLog progress = new ProgressLog(spec.commandLine().getErr(), benchmark.id());
    Result result = benchmark.run(options, progress);
    writer.write(result);
    PrintWriter out = spec.commandLine().getOut();
    out.println("\n" + benchmark.id() + "\n\n" + ResultWriter.body(result));
    out.flush();
    return result.targets().stream()
        .filter(target -> !target.met())
        .map(Target::line)
        .map(line -> benchmark.id() + ": " + line)
        .toList();
  }

  private void validate() {
    require(steps == null || steps >= 1, "--steps: " + steps + " (must be at least 1)");
    require(warmup >= 0, "--warmup: " + warmup + " (must be 0 or more)");
    require(threads == null || threads >= 1, "--threads: " + threads + " (must be at least 1)");
    require(
        precision.equals("bf16") || precision.equals("f32"),
        "--precision: " + precision + " (must be bf16 or f32)");
    List<Integer> choices = benchmarks.stream().flatMap(one -> one.sizes().stream()).toList();
    require(
        choices.containsAll(sizes),
        "--sizes: "
            + sizes
            + (choices.isEmpty() ? " (rounds alone has sizes)" : " (must be of " + choices + ")"));
    require(
        model == null || benchmarks.stream().allMatch(Benchmark::takesModel),
        "--model: " + model + " (load alone takes a model)");
    require(
        model == null || Files.isRegularFile(model.resolve("config.json")),
        "--model: " + model + " (must be a folder with config.json)");
    require(!check || sides.isEmpty(), "--side with --check: targets need every side (drop one)");
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), "Invalid " + message);
    }
  }

  private String command() {
    List<String> words = new ArrayList<>(List.of("./parrot", "bench"));
    boolean folder = false;
    for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
      // The folder of the results changes nothing, and a path tells about a machine.
      if (!folder && !word.startsWith("--results")) {
        words.add(word);
      }
      folder = word.equals("--results");
    }
    return String.join(" ", words);
  }
}
