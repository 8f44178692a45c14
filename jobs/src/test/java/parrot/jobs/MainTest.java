package parrot.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodType;
import java.net.BindException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.storage.StorageUnavailableException;
import parrot.jobs.failure.DivergedException;
import parrot.model.ModelException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Command(name = "fail")
  private static final class Fail implements Callable<Integer> {
    private final Throwable thrown;

    Fail(Throwable thrown) {
      this.thrown = thrown;
    }

    @Override
    public Integer call() throws Exception {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (Exception) thrown;
    }
  }

  private int fail(Throwable thrown, String... options) {
    CommandLine commands = Main.commandLine();
    commands.addSubcommand(new Fail(thrown));
    Main.configure(commands);
    String[] args = new String[options.length + 1];
    args[0] = "fail";
    System.arraycopy(options, 0, args, 1, options.length);
    return Main.run(commands, new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void helpListsCommandsAndExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("Usage: parrot", "Commands:", "shapes ", "train ", "Exit codes:")
        .containsPattern("3 +Missing, damaged or unusable data or weights\\.")
        .containsPattern("5 +Storage, ports, memory");
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 100);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aWaitThatIsNoTimeIsAnErrorOfUse() {
    assertThat(run("sweep", "sweep.yaml", "--wait", "soon")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("Invalid --wait: soon (must be a time, such as 30s, 10m or 2h)")
        .contains("Try 'parrot sweep --help'.");
  }

  @Test
  void everyCommandHasOneLineInTheListAndHelpOfItsOwn() {
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      UsageMessageSpec usage = command.getCommandSpec().usageMessage();
      String line = (usage.header().length > 0 ? usage.header() : usage.description())[0];
      assertThat(line).isNotBlank().endsWith(".").hasSizeLessThan(100);
      out.getBuffer().setLength(0);
      assertThat(run(command.getCommandName(), "--help")).isZero();
      assertThat(out.toString())
          .contains("Usage: parrot " + command.getCommandName(), "--stacktrace", "--help")
          .containsPattern("\nExamples?:\n")
          .contains(line)
          .doesNotContain("Exit codes:\n\n", "trained and evaluated on a Spark cluster.");
    }
  }

  private static List<ArgSpec> arguments() {
    List<ArgSpec> arguments = new ArrayList<>();
    Deque<CommandLine> open = new ArrayDeque<>(List.of(Main.commandLine()));
    while (!open.isEmpty()) {
      CommandLine command = open.pop();
      open.addAll(command.getSubcommands().values());
      arguments.addAll(command.getCommandSpec().args());
    }
    return arguments;
  }

  @Test
  void oneWordStandsForOneKindOfValue() {
    Set<String> words =
        Set.of(
            "DIR",
            "FILE",
            "FILE|DIR",
            "NAME|FILE",
            "URL",
            "KEY=VALUE",
            "TEXT",
            "NAME",
            "TAG",
            "LIST",
            "SIZE",
            "TIME");
    Set<String> numbers = Set.of("N", "PIXELS", "SHARE", "NUMBER");
    for (ArgSpec argument : arguments()) {
      boolean flag = argument.isOption() && argument.arity().max() == 0;
      assertThat(flag || words.contains(label(argument)) || numbers.contains(label(argument)))
          .as("%s is called %s", argument, label(argument))
          .isTrue();
      boolean number = Number.class.isAssignableFrom(wrapper(argument));
      assertThat(numbers.contains(label(argument))).as("%s", argument).isEqualTo(!flag && number);
    }
  }

  private static String label(ArgSpec argument) {
    return argument.paramLabel();
  }

  private static Class<?> wrapper(ArgSpec argument) {
    Class<?> type =
        argument.typeInfo().isOptional()
            ? argument.auxiliaryTypes()[0]
            : argument.typeInfo().getType();
    return MethodType.methodType(type).wrap().returnType();
  }

  @Test
  void whatHasADefaultSaysItAtTheEndOfItsDescription() {
    for (ArgSpec argument : arguments()) {
      String description = String.join(" ", argument.description());
      assertThat(description).as("%s", argument).endsWith(".");
      boolean number = Number.class.isAssignableFrom(wrapper(argument));
      if (argument.defaultValue() != null
          || number && !argument.required() && hasNoLimit(argument)) {
        assertThat(description).as("%s", argument).contains("(default: ");
      }
      if (description.contains("(default: ")) {
        assertThat(description).as("%s", argument).endsWith(").");
      }
    }
  }

  /** Of options that only narrow or name something, the description says what happens without. */
  private static boolean hasNoLimit(ArgSpec argument) {
    return !Set.of("--limit", "--replicas").contains(((OptionSpec) argument).longestName());
  }

  @Test
  void optionsThatCommandsShareReadTheSameEverywhere() {
    Map<String, Set<String>> readings = new TreeMap<>();
    for (ArgSpec argument : arguments()) {
      if (argument instanceof OptionSpec option) {
        readings
            .computeIfAbsent(option.longestName(), name -> new TreeSet<>())
            .add(label(option) + " " + String.join(" ", option.description()));
      }
    }
    for (String shared :
        List.of("--master", "--conf", "--model", "--kernels", "--overwrite", "--matching")) {
      assertThat(readings.get(shared)).as(shared).hasSize(1);
    }
  }

  @Test
  void formerNamesOfOptionsWorkAndAreNotShown() {
    assertThat(run("shapes", "--out", "x", "--picture-size", "0")).isEqualTo(2);
    assertThat(run("shapes", "--out", "x", "--picture-size=0")).isEqualTo(2);
    assertThat(err.toString()).doesNotContain("picture-size").contains("imageSize");
    assertThat(run("shapes", "--help")).isZero();
    assertThat(out.toString()).contains("--image-size=PIXELS").doesNotContain("picture");
  }

  @Test
  void withoutACommandTheHelpIsTheAnswer() {
    assertThat(run()).isZero();
    assertThat(out.toString()).contains("Usage: parrot");
  }

  @Test
  void versionNamesWhatItWasBuiltWith() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString())
        .contains("parrot 0.", "Spark 3.5.5", "DL4J 1.0.0")
        .doesNotContain("$");
  }

  @Test
  void suggestsTheNearestCommand() {
    assertThat(run("shaps")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "Unmatched argument at index 0: 'shaps'\n"
                + "Did you mean: shapes\n"
                + "Try 'parrot --help'.\n");
  }

  @Test
  void suggestsTheNearestOption() {
    assertThat(run("shapes", "--out", "x", "--captoins", "3")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "Unknown options: '--captoins'", "Did you mean: --captions", "'parrot shapes --help'")
        .doesNotContain("\tat ");
  }

  @Test
  void refusesABadValueAndAMissingOption() {
    assertThat(run("shapes", "--out", "x", "--captions", "many")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Invalid value for option '--captions'", "'many' is not an int");
    assertThat(run("shapes")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required option: '--out=DIR'");
  }

  @Test
  void commandsDecideTheirExitCode() {
    assertThat(fail(new DivergedException("Loss is NaN in round 3"))).isEqualTo(4);
    assertThat(err.toString()).isEqualTo("Loss is NaN in round 3\n");
  }

  @Test
  void badDataAndBadModelsAreTheSameKindOfFailure() {
    assertThat(fail(new DataException("Cannot read a.json: it breaks off"))).isEqualTo(3);
    assertThat(fail(new ModelException("Cannot read m.safetensors: truncated"))).isEqualTo(3);
    assertThat(fail(new FileNotFoundException("a.json"))).isEqualTo(3);
    assertThat(err.toString())
        .isEqualTo(
            "Cannot read a.json: it breaks off\n"
                + "Cannot read m.safetensors: truncated\n"
                + "Cannot read: there is no such file (FileNotFoundException: a.json)\n");
  }

  @Test
  void findsTheReasonInsideSparksExceptions() {
    Throwable inner = new DataException("Cannot read shard 3: bad checksum");
    assertThat(
            fail(
                new SparkException(
                    "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times",
                    new RuntimeException("wrapped", inner))))
        .isEqualTo(3);
    assertThat(err.toString()).isEqualTo("Cannot read shard 3: bad checksum\n");
  }

  @Test
  void findsTheReasonInsideTheTextWhereSparkKeepsNoMore() {
    assertThat(
            fail(
                new SparkException(
                    "Job aborted: Lost task 0.3 (TID 3): parrot.model.ModelException: Cannot read"
                        + " x: truncated\n\tat parrot.model.Foo(Foo.java:1)\n")))
        .isEqualTo(3);
    assertThat(err.toString()).isEqualTo("Cannot read x: truncated\n");
  }

  @Test
  void whatTheMachineLacksIsNamedWithARemedy() {
    assertThat(fail(new IOException("x", new BindException("Address already in use"))))
        .isEqualTo(5);
    assertThat(fail(new ConnectException("to localhost:9000 refused"))).isEqualTo(5);
    assertThat(fail(new AccessControlException("user=a, access=WRITE"))).isEqualTo(5);
    assertThat(fail(new StorageUnavailableException("Cannot reach hdfs://h"))).isEqualTo(5);
    assertThat(fail(new IOException("No space left on device"))).isEqualTo(5);
    assertThat(fail(new OutOfMemoryError("Java heap space"))).isEqualTo(5);
    assertThat(fail(new UnsatisfiedLinkError("no jnidnnl"))).isEqualTo(5);
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("a port is taken", "choose another port"),
            line ->
                assertThat(line).contains("Cannot connect", "localhost:9000", "check that it runs"),
            line -> assertThat(line).contains("No permission", "access=WRITE"),
            line -> assertThat(line).isEqualTo("Cannot reach hdfs://h"),
            line -> assertThat(line).contains("Storage is full"),
            line -> assertThat(line).contains("Out of memory", "PARROT_HEAP"),
            line -> assertThat(line).contains("native library", "jnidnnl", "-Dnative.platform"));
  }

  @Test
  void aDefectIsALineUnlessTheStackTraceIsAskedFor() {
    assertThat(fail(new IllegalStateException("oops\nand more"))).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("Unexpected failure: IllegalStateException: oops\n")
        .contains("--stacktrace")
        .doesNotContain("\tat ");
    assertThat(fail(new IllegalStateException("oops"), "--stacktrace")).isEqualTo(1);
    assertThat(err.toString()).contains("\tat ");
  }
}
