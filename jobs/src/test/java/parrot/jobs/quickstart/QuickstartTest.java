package parrot.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.language.Language;
import parrot.jobs.CommandLines;
import parrot.jobs.cli.ExitCode;

/** A smoke run of everything, and the commands that it says to try next. */
@Tag("slow")
final class QuickstartTest {
  private static final int QUESTIONS = Parameters.read(true, 1).questions();

  @TempDir private static Path folder;
  private static Path run;
  private static String console;

  private record Ran(int code, String out, String err) {}

  @BeforeAll
  static void runEverything() {
    run = folder.resolve("run");
    Ran ran = parrot("quickstart", "--smoke", "--out", run.toString());
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK.code());
    console = ran.out();
  }

  private static Ran parrot(String... command) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = CommandLines.run(new PrintWriter(out), new PrintWriter(err), command);
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void namesEveryStepAndWhereThingsAre() {
    List<String> steps = List.copyOf(Parameters.read(true, 1).expectedSeconds().keySet());
    for (int i = 0; i < steps.size(); i++) {
      assertThat(console).contains("[" + (i + 1) + " of " + steps.size() + "] " + steps.get(i));
    }
    assertThat(console)
        .containsSubsequence(
            "Done in ", "report.html", "/model", "/evaluation", "To try next:", "parrot generate");
  }

  @Test
  void writesAReportOfAllRunsInAllLanguages() throws IOException {
    String report = Files.readString(run.resolve("report.html"));

    assertThat(report)
        .contains(
            RunDescription.MAIN,
            RunDescription.ALIGNED,
            RunDescription.PLAIN,
            RunDescription.BLANK,
            "95 % interval",
            "n = " + QUESTIONS,
            "dir=\"rtl\"");
    for (String language : List.of("English", "Chinese", "Portuguese", "Arabic", "Turkish")) {
      assertThat(report).contains(language);
    }
  }

  @Test
  void keepsAPredictionForEveryQuestion() throws IOException {
    FileSystem local = FileSystem.getLocal(new Configuration());
    for (String kind : List.of("instruct", "without_experts", "align", "blank")) {
      try (Stream<Path> files = Files.walk(run.resolve("evaluation").resolve(kind))) {
        List<Path> predictions = files.filter(file -> file.toString().endsWith(".tsv")).toList();

        assertThat(predictions).as(kind).hasSize(Language.PUBLISHED.size());
        for (Path file : predictions) {
          assertThat(PredictionFile.read(local, new org.apache.hadoop.fs.Path(file.toUri())))
              .as(file.toString())
              .hasSize(QUESTIONS);
        }
      }
    }
  }

  @Test
  void leavesAModelThatAnswers() throws IOException {
    Path image;
    try (Stream<Path> files = Files.list(run.resolve("pictures"))) {
      image = files.filter(file -> file.toString().endsWith(".png")).findFirst().orElseThrow();
    }

    Ran ran =
        parrot(
            "generate",
            "--model",
            run.resolve("model").toString(),
            "--image",
            image.toString(),
            "--question",
            "What is in the image?");

    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK.code());
    assertThat(ran.out()).isNotBlank();
  }

  @Test
  void comparesWithTheRunWithoutExperts() {
    Ran ran =
        parrot(
            "score",
            run.resolve("evaluation/instruct").toString(),
            "--compare",
            run.resolve("evaluation/without_experts").toString());

    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.OK.code());
    assertThat(ran.out()).contains("en", "ru");
  }

  @Test
  void refusesTheFolderOfAnEarlierRun() {
    Ran ran = parrot("quickstart", "--smoke", "--out", run.toString());

    assertThat(ran.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ran.err()).contains(run.toString(), "--overwrite");
  }

  @Test
  void leavesNothingButResults() throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              ".quickstart",
              "benchmark",
              "data",
              "evaluation",
              "model",
              "pictures",
              "report.html",
              "run.json",
              "runs");
    }
  }
}
