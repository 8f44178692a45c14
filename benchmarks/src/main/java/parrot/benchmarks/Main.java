package parrot.benchmarks;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import parrot.benchmarks.measure.Agreement.DisagreementException;
import parrot.benchmarks.process.ChildException;
import parrot.benchmarks.suite.Benchmark;
import parrot.benchmarks.suite.Benchmarks;
import parrot.model.kernel.Threads;
import parrot.model.kernel.VectorApi;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code parrot bench WORKLOAD ...}. */
@Command(
    name = "parrot bench",
    synopsisSubcommandLabel = "WORKLOAD",
    commandListHeading = "%nWorkloads:%n",
    optionListHeading = "%nOptions:%n",
    header = "Measures this project beside its peers, and checks its targets.",
    footer = {
      "",
      "Exit codes: 0 success, 1 a target missed (with --check) or something failed, 2 wrong usage.",
      "",
      "Example: ./parrot bench decoder --check"
    },
    mixinStandardHelpOptions = true)
public final class Main implements Runnable {
  static final int FAILED = 1;
  private static final int USAGE = 2;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Exits with 0, 1 or 2. */
  public static void main(String[] args) {
    VectorApi.load();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /** Runs a command and gives its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine commands = new CommandLine(new Main());
    for (Benchmark benchmark : Benchmarks.all()) {
      add(commands, benchmark.id(), benchmark.summary(), List.of(benchmark));
    }
    add(commands, "all", "Every one of these in turn.", Benchmarks.all());
    commands
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(Main::refuse)
        .setExecutionExceptionHandler((exception, command, result) -> report(exception, err));
    return commands.execute(args);
  }

  private static void add(
      CommandLine commands, String name, String summary, List<Benchmark> benchmarks) {
    CommandLine command = new CommandLine(new WorkloadCommand(new ArrayList<>(benchmarks)));
    command
        .getCommandSpec()
        .mixinStandardHelpOptions(true)
        .usageMessage()
        .header(summary)
        .optionListHeading("%nOptions:%n")
        .footer("", "Example: ./parrot bench " + name + " --check");
    commands.addSubcommand(name, command);
  }

  static int defaultThreads() {
    return Threads.allowed();
  }

  /** Without a workload the help is the answer. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int refuse(ParameterException exception, String[] args) {
    CommandLine command = exception.getCommandLine();
    command.getErr().println(exception.getMessage());
    command.getErr().println("Try './" + command.getCommandSpec().qualifiedName() + " --help'.");
    return USAGE;
  }

  private static int report(Exception exception, PrintWriter err) {
    boolean expected =
        exception instanceof ChildException || exception instanceof DisagreementException;
    if (!expected) {
      exception.printStackTrace(err);
    }
    err.println(exception.getMessage());
    return FAILED;
  }
}
