package parrot.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.Grouping;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.spark.SparkSessions;

@Tag("slow")
final class SweepJobTest {
  private static final int QUESTIONS = 5;

  @TempDir static Path folder;
  private static SparkSession session;
  private static JavaSparkContext spark;
  private static SmallSweep small;
  private static Path out;
  private static SweepOutcome outcome;

  @BeforeAll
  static void sweep() throws IOException {
    session = SparkSessions.create("sweep test", "local[2]", Map.of());
    spark = SparkSessions.context(session);
    small = new SmallSweep(folder, QUESTIONS, List.of("en", "ar"));
    Files.writeString(small.benchmarks().resolve("MMMB_tr.tsv"), "index\tquestion\n1\n");
    small.model("alone", 7);
    small.run("run", 0, 100, 200);
    Files.createDirectories(folder.resolve("broken"));
    Files.writeString(folder.resolve("broken/config.json"), "{}");
    out = folder.resolve("out");
    outcome = run();
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static String yaml() {
    return """
        out: %1$s/out
        models:
          - %1$s/alone
          - {path: %1$s/run, checkpoints: every 200}
          - %1$s/broken
        benchmarks: %1$s/benchmarks
        settings:
          - {name: usual, kernels: reference, max_new_tokens: 3}
          - {name: blind, kernels: reference, max_new_tokens: 3, blank: true}
        """
        .formatted(folder);
  }

  private static SweepOutcome run() {
    return SweepJob.run(
        SweepConfig.read(yaml()), false, spark, new PrintWriter(new StringWriter()));
  }

  private static EvaluationScores scores(String column) {
    return outcome.columns().stream()
        .filter(one -> one.column().folder().equals(column))
        .findFirst()
        .flatMap(SweepOutcome.Evaluated::scores)
        .orElseThrow();
  }

  @Test
  void evaluatesEachModelInEachWay() {
    assertThat(outcome.columns())
        .extracting(one -> one.column().folder())
        .containsExactly(
            "alone+usual",
            "alone+blind",
            "run@0+usual",
            "run@200+usual",
            "run@0+blind",
            "run@200+blind",
            "broken+usual",
            "broken+blind");
    assertThat(scores("run@200+blind").blank()).isTrue();
    EvaluationScores.Benchmark circular = scores("alone+usual").benchmarks().get(0);
    assertThat(circular.metric()).isEqualTo("circular");
    assertThat(circular.lines("circular", Grouping.OVERALL)).hasSize(2);
  }

  @Test
  void keepsWhatFailedWithItsReasonAndScoresTheRest() {
    SweepOutcome.Evaluated broken = outcome.columns().get(6);
    assertThat(broken.problem().orElseThrow()).contains("broken");
    assertThat(scores("run@0+usual").benchmarks().get(1).failures())
        .singleElement()
        .satisfies(failure -> assertThat(failure.problem()).contains("MMMB_tr.tsv"));
    // Five files of each broken column, and one of each of the six others.
    assertThatThrownBy(outcome::requireComplete)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("16 files have no scores");
  }

  @Test
  void comparesEveryColumnWithTheBaselineAskedInTheSameWay() {
    SweepOutcome.Evaluated run = outcome.columns().get(3);
    assertThat(run.differences())
        .extracting(one -> one.benchmark() + " " + one.language())
        .containsExactly(
            "MMBench_DEV en",
            "MMBench_DEV ar",
            "MMBench_DEV all",
            "MMMB en",
            "MMMB ar",
            "MMMB all");
    assertThat(outcome.columns().get(0).differences()).isEmpty();
  }

  @Test
  void writesWhatWasAskedWithWhichVersionsAndTheScoresSideBySide() throws IOException {
    assertThat(Files.readString(out.resolve(SweepManifest.FILE_NAME)))
        .contains("\"parrot\"", "\"sha256\"", "\"folder\" : \"run@200+usual\"", "\"step\" : 200");
    assertThat(Files.readString(out.resolve("leaderboard.csv")))
        .contains("\"run, step 200, blind\",MMMB,plain,en,5,");
    assertThat(Files.readString(out.resolve("leaderboard.md")))
        .contains("## MMBench_DEV, circular");
  }

  @Test
  void showsItsOwnAnswersOnAPage() throws IOException {
    assertThat(Files.readString(out.resolve(SweepPage.FILE_NAME)))
        .contains("MMBench_DEV, circular", "run, step 200, blind", "Differences from alone")
        .contains("\"dir\":\"rtl\"", "data:image/png;base64,")
        .contains("broken, usual: not evaluated");
  }

  @Test
  void asksNothingAgain() throws IOException {
    SweepOutcome again = run();

    assertThat(again.columns()).isEqualTo(outcome.columns());
  }

  @Test
  void tellsBeforehandWhatItWouldAsk() throws IOException {
    StringWriter text = new StringWriter();
    SweepPlan.of(SweepConfig.read(yaml()), new Configuration()).print(new PrintWriter(text, true));

    assertThat(text.toString())
        .contains("run, step 200, usual", "MMMB_tr", "failed: ", "5 questions", "5 images")
        .contains("8 models x 5 files: 40 cells, ");
  }
}
