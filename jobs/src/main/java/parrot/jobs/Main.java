package parrot.jobs;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import parrot.datasets.storage.HdfsShorthand;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.cli.Failures;
import parrot.jobs.cli.FormerNames;
import parrot.jobs.cli.QuietStart;
import parrot.jobs.cli.SparkOptions;
import parrot.jobs.cli.Versions;
import parrot.jobs.cluster.ClusterCommand;
import parrot.jobs.evaluate.EvaluateCommand;
import parrot.jobs.evaluate.GenerateCommand;
import parrot.jobs.evaluate.ScoreCommand;
import parrot.jobs.export.AssembleCommand;
import parrot.jobs.export.ExportCommand;
import parrot.jobs.export.MergeAdapterCommand;
import parrot.jobs.export.MergeCommand;
import parrot.jobs.parity.ParityCommand;
import parrot.jobs.preprocess.PreprocessCommand;
import parrot.jobs.preprocess.RejectsCommand;
import parrot.jobs.quickstart.QuickstartCommand;
import parrot.jobs.report.ReportCommand;
import parrot.jobs.serve.ServeCommand;
import parrot.jobs.shapes.ShapesCommand;
import parrot.jobs.sweep.SweepCommand;
import parrot.jobs.train.PlanCommand;
import parrot.jobs.train.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code parrot COMMAND ...}, also under {@code spark-submit --class parrot.jobs.Main}. */
@Command(
    name = "parrot",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Versions.class,
    subcommands = {
      ShapesCommand.class,
      PreprocessCommand.class,
      RejectsCommand.class,
      PlanCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      SweepCommand.class,
      ScoreCommand.class,
      GenerateCommand.class,
      ServeCommand.class,
      AssembleCommand.class,
      ExportCommand.class,
      MergeCommand.class,
      MergeAdapterCommand.class,
      ParityCommand.class,
      ReportCommand.class,
      QuickstartCommand.class,
      ClusterCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of a failure.")
  private boolean stacktrace;

  private Main() {}

  /** Exits with an {@link ExitCode}. */
  public static void main(String[] args) {
    QuietStart.run();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(out, err, args);
    // YARN takes a driver in its container that exits by itself for one that failed.
    boolean driverOfCluster = "cluster".equals(System.getProperty("spark.submit.deployMode"));
    if (code != ExitCode.OK.code() || !driverOfCluster) {
      System.exit(code);
    }
  }

  /** Runs a command and gives its exit code. */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(commandLine(), out, err, args);
  }

  /** As {@link #run(PrintWriter, PrintWriter, String...)}, for a given set of commands. */
  static int run(CommandLine commands, PrintWriter out, PrintWriter err, String... args) {
    commands.setOut(out);
    commands.setErr(err);
    Main main = (Main) commands.getCommand();
    try {
      return commands.execute(FormerNames.replace(withFullAddresses(args)));
    } catch (Throwable error) {
      // Picocli hands on exceptions; out of memory and missing natives are errors.
      return main.report(error, err);
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** Hadoop's configuration takes a while to read, so only if an argument asks for it. */
  private static String[] withFullAddresses(String[] args) {
    boolean shortened = Arrays.stream(args).anyMatch(word -> word.contains("hdfs:///"));
    if (!shortened) {
      return args;
    }
    Configuration hadoop = new Configuration();
    return Arrays.stream(args)
        .map(word -> HdfsShorthand.expand(word, hadoop))
        .toArray(String[]::new);
  }

  /** All commands, set up to speak as this program does. */
  public static CommandLine commandLine() {
    CommandLine commands = new CommandLine(new Main());
    configure(commands);
    return commands;
  }

  public static void configure(CommandLine commands) {
    Main main = (Main) commands.getCommand();
    commands
        .setExecutionExceptionHandler(
            (exception, command, result) -> main.report(exception, command.getErr()))
        .setParameterExceptionHandler(Main::refuse)
        .setExecutionStrategy(Main::logInAndExecute)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        .setUsageHelpWidth(100)
        .setUsageHelpLongOptionsMaxWidth(34);
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(" " + code.code(), code.meaning());
    }
    // What an annotation says here, every command would inherit.
    commands
        .getCommandSpec()
        .usageMessage()
        .header("Multilingual vision-language models, trained and evaluated on a Spark cluster.")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(codes)
        .footer("%n'parrot COMMAND --help' says more about a command.");
  }

  private static int logInAndExecute(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    try {
      for (CommandSpec mixin : last.commandSpec().mixins().values()) {
        if (mixin.userObject() instanceof SparkOptions options) {
          options.logIn();
        }
      }
    } catch (ParameterException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ExecutionException(last.commandSpec().commandLine(), e.getMessage(), e);
    }
    return new RunLast().execute(parsed);
  }

  /** Prints the help if no command is given. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private int report(Throwable thrown, PrintWriter err) {
    Failures.Failure failure = Failures.of(thrown);
    if (stacktrace) {
      thrown.printStackTrace(err);
    }
    if (failure.message() != null) {
      err.println(failure.message());
    }
    return failure.exitCode().code();
  }

  private static int refuse(ParameterException exception, String[] args) {
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(exception.getMessage());
    if (exception instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        err.println("Did you mean: " + near.get(0));
      }
    }
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE.code();
  }
}
