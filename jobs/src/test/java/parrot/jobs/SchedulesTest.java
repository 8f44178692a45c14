package parrot.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.jobs.cli.ExitCode;

/**
 * The scripts of {@code cluster-config/schedules}, before a launcher that notes how it is called.
 */
class SchedulesTest {
  private static final Path FOLDER = Path.of("../cluster-config/schedules");

  @TempDir Path home;
  private Path calls;
  private Path schedules;

  @BeforeEach
  void installBesideAFakeLauncher() throws IOException {
    calls = home.resolve("calls");
    schedules = Files.createDirectories(home.resolve("cluster-config/schedules"));
    for (Path file : files()) {
      Files.copy(file, schedules.resolve(file.getFileName()));
    }
    answer(0);
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  /** The launcher ends with these codes, call by call; after the last one, with it. */
  private void answer(int... codes) throws IOException {
    String list = String.join(" ", Arrays.stream(codes).mapToObj(Integer::toString).toList());
    Path launcher =
        Files.writeString(
            home.resolve("parrot"),
            """
            #!/usr/bin/env bash
            echo "$*" >> '%s'
            codes=(%s)
            call=$(($(wc -l < '%s') - 1))
            exit "${codes[$((call < ${#codes[@]} ? call : ${#codes[@]} - 1))]}"
            """
                .formatted(calls, list, calls));
    launcher.toFile().setExecutable(true);
  }

  private int run(String script, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(schedules.resolve(script).toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().putAll(Map.of("WEEK", "2026-W48", "RETRY_SECONDS", "0"));
    Process process = builder.redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }

  private List<String> calls() throws IOException {
    return Files.exists(calls) ? Files.readAllLines(calls, UTF_8) : List.of();
  }

  @Test
  void eachWeekHasARunAndItsScores() throws Exception {
    assertThat(run("train-weekly", "instruct.yaml", "hdfs:///runs", "hdfs:///scores")).isZero();
    assertThat(calls())
        .containsExactly(
            "--on yarn train instruct.yaml --out hdfs:///runs/2026-W48 --resume",
            "--on yarn evaluate --model hdfs:///runs/2026-W48"
                + " --benchmark hdfs:///parrot/benchmarks --out hdfs:///scores/2026-W48");
  }

  @Test
  void commandsExistWithTheirOptions() throws Exception {
    run("train-weekly", "instruct.yaml", "hdfs:///runs", "hdfs:///scores");
    run("preprocess-nightly", "hdfs:///shards");
    assertThat(calls()).hasSize(3);
    for (String call : calls()) {
      String[] command = call.replaceFirst("^--on \\S+ ", "").split(" ");
      assertThatCode(() -> Main.commandLine().parseArgs(command)).doesNotThrowAnyException();
    }
  }

  @Test
  void onlyFailuresOfTheEnvironmentAreTriedAgain() throws Exception {
    answer(5, 5, 0);
    assertThat(run("preprocess-nightly", "hdfs:///shards")).isZero();
    assertThat(calls()).hasSize(3);
  }

  @Test
  void givesUpAfterThreeAttempts() throws Exception {
    answer(5);
    assertThat(run("preprocess-nightly", "hdfs:///shards")).isEqualTo(5);
    assertThat(calls()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 130, 143})
  void anyOtherFailureEndsTheScheduleAndNothingIsEvaluated(int code) throws Exception {
    answer(code);
    assertThat(run("train-weekly", "instruct.yaml", "runs", "scores")).isEqualTo(code);
    assertThat(calls()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train-weekly", "preprocess-nightly", "with-retries"})
  void withoutArgumentsScriptsSayTheirUsage(String script) throws Exception {
    assertThat(run(script)).isNotZero();
    assertThat(calls()).isEmpty();
  }

  /** A unit's lines are sections, settings, comments or empty, and settings lie in a section. */
  @ParameterizedTest
  @CsvSource({"parrot-train.service, Service", "parrot-train.timer, Timer"})
  void unitsAreWrittenAsSystemdReadsThem(String file, String section) throws IOException {
    String unit = Files.readString(FOLDER.resolve(file));
    assertThat(unit.lines()).allMatch(line -> line.matches("|#.*|\\[[A-Z][a-z]+]|[A-Z]\\w+=.+"));
    assertThat(unit).contains("[Unit]\n", "\n[" + section + "]\n");
  }

  @Test
  void systemdStartsNothingAgainThatTheProgramEndedItself() throws IOException {
    String unit = Files.readString(FOLDER.resolve("parrot-train.service"));
    String codes = unit.replaceAll("(?s).*\nRestartPreventExitStatus=([0-9 ]*)\n.*", "$1");
    List<String> all =
        Arrays.stream(ExitCode.values())
            .filter(code -> code != ExitCode.OK)
            .map(code -> "" + code.code())
            .toList();
    assertThat(codes.split(" ")).containsExactlyInAnyOrderElementsOf(all);
  }

  @ParameterizedTest
  @MethodSource("files")
  void scriptsThatSchedulesNameAreThere(Path file) throws IOException {
    Pattern script = Pattern.compile("(?:cluster-config/schedules|\\{SCHEDULES})/([a-z-]+) ");
    List<String> named =
        script.matcher(Files.readString(file)).results().map(one -> one.group(1)).toList();
    for (String name : named) {
      assertThat(FOLDER.resolve(name)).isExecutable();
    }
    if (file.toString().matches(".*\\.(cron|service|py)")) {
      assertThat(named).isNotEmpty();
    }
  }

  /** By structure: a DAG, tasks with ids of their own, and an order of tasks that exist. */
  @Test
  void airflowRunsTheTasksInOrder() throws IOException {
    String dag = Files.readString(FOLDER.resolve("parrot_airflow.py"));
    assertThat(dag).contains("with DAG(", "catchup=False", "max_active_runs=1");
    List<String> tasks =
        Pattern.compile("(?m)^    (\\w+) = BashOperator\\($")
            .matcher(dag)
            .results()
            .map((MatchResult one) -> one.group(1))
            .toList();
    assertThat(Pattern.compile("task_id=\"(\\w+)\"").matcher(dag).results()).hasSameSizeAs(tasks);
    assertThat(dag).endsWith("    " + String.join(" >> ", tasks) + "\n");
  }
}
