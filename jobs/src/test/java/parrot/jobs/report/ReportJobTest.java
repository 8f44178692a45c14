package parrot.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.MatchingRule;
import parrot.jobs.evaluate.ScoreCommand;
import parrot.jobs.report.ReportData.Role;
import picocli.CommandLine;

final class ReportJobTest {
  private static final String SAYS_A_IN_ARABIC = "الإجابة الصحيحة هي أ";

  @TempDir Path folder;

  private String report() throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder.toUri());
    ReportJob.write(path, null, new Configuration());
    return Files.readString(folder.resolve("report.html"));
  }

  private void training(String name) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"round":0,"step":0,"held_out":{"loss":3.0,"languages":{"en":{"loss":2.9},"ar":{"loss":3.1}},"routing":{}}}
        {"round":1,"step":8,"loss":2.5,"examples_per_second":100.0,"held_out":{"loss":2.0,"languages":{"en":{"loss":1.25},"ar":{"loss":2.1}},"routing":{"en":[0.7,0.3],"ar":[0.2,0.8]}},"balance":{"max_violation":0.25,"max_violation_run":0.5,"entropy":0.6,"information":0.3,"verdict":"specialised","matrix":{"en":[0.625,0.375],"ar":[0.1,0.9]}},"phases":{"begin":1700000000000,"bytes_out":1048576,"bytes_in":524288,"spans":[{"phase":"compute","start":0.5,"seconds":2.0}],"replicas":[{"replica":0,"executor":"4","host":"worker","start":0.5,"seconds":2.0}]}}
        """);
    Files.writeString(run.resolve("config.yaml"), "stage: <instruct>\n");
  }

  private void evaluation(String name, String... predictions) throws Exception {
    evaluation(MatchingRule.PUBLISHED_2024, name, predictions);
  }

  private void evaluation(MatchingRule rule, String name, String... predictions) throws Exception {
    Path cell = Files.createDirectories(folder.resolve(name).resolve("MMMB_ar"));
    StringBuilder rows =
        new StringBuilder(
            "index\tquestion\tA\tB\tanswer\tcategory\tl2-category\tsplit\tprediction\n");
    for (int i = 0; i < predictions.length; i++) {
      rows.append(i).append("\tما هذا؟\tقطة\tكلب\tA\tcoarse\tx\tdev\t").append(predictions[i]);
      rows.append('\n');
    }
    Files.writeString(cell.resolve("MMMB_ar.tsv"), rows);
    score(rule, name);
  }

  private void score(MatchingRule rule, String name) throws IOException {
    ScoreCommand score = new ScoreCommand();
    CommandLine line = new CommandLine(score);
    line.parseArgs(
        folder.resolve(name).toString(),
        "--matching",
        rule.label(),
        "--json",
        folder.resolve(name).resolve("scores.json").toString());
    line.setOut(new java.io.PrintWriter(new java.io.StringWriter()));
    score.call();
  }

  private void index(String than) throws IOException {
    RunIndex index =
        new RunIndex(
            "A run",
            "of a test",
            List.of(new RunIndex.Training("Stage 2", "Something learns.", "training")),
            List.of(
                new RunIndex.Evaluated("ours", Role.MAIN, "ours"),
                new RunIndex.Evaluated("theirs", Role.BASELINE, "theirs")),
            List.of(new RunIndex.Compared("ours", than)),
            List.of(),
            "benchmark",
            List.of(new RunIndex.AskedQuestion("ar", "ما هذا؟", "قطة", "")),
            Map.of("Java", "17"),
            List.of(new ReportData.Timing("train", 75)),
            List.of(new ReportData.Command("Again", "./parrot report run")));
    FileSystem files = FileSystem.getLocal(new Configuration());
    files.setWriteChecksum(false);
    index.write(files, new org.apache.hadoop.fs.Path(folder.toUri()));
  }

  @Test
  void isMadeFromTheFilesOfARun() throws Exception {
    training("training");
    evaluation("ours", "A", "A", "B", "A");
    evaluation("theirs", "A", "B", "B", "B");
    index("theirs");

    String html = report();

    assertThat(html)
        .contains("<h1>A run</h1>", "Something learns.", "8 steps, 100 examples per second")
        .contains("ours, Arabic: 75.0 % (95 % interval 30.1 to 95.4, n = 4)")
        .contains("ours against theirs", "+50.0 points")
        .contains("expert 2", "Arabic, expert 2: 80.0 %")
        .contains("the router is specialised: the load is in balance", "expert 2: 0.375 at the end")
        .contains("round 1: compute 2.00 s", "round 1, replica 0 on executor 4 of worker 2.00 s")
        .contains("stage: &lt;instruct&gt;", "1 min 15 s", "./parrot report run")
        .contains("Question 1: right in 1 of 1 languages", "dir=\"rtl\"");
    assertThat(html).doesNotContainPattern("https?://");
  }

  @Test
  void comparesAndShowsByTheRuleOfTheScores() throws Exception {
    training("training");
    evaluation(MatchingRule.MULTILINGUAL, "ours", SAYS_A_IN_ARABIC, SAYS_A_IN_ARABIC);
    evaluation(MatchingRule.MULTILINGUAL, "theirs", "B", "B");
    index("theirs");

    assertThat(report())
        .contains("Answers are matched to options by the rule multilingual")
        .contains("ours, Arabic: 100.0 %", "+100.0 points")
        .contains("Question 1: right in 1 of 1 languages");
  }

  @Test
  void answersInWordsBesideLikelihoodsCountByTheRuleThatWasAskedFor() throws Exception {
    training("training");
    evaluation(
        MatchingRule.MULTILINGUAL,
        "ours",
        "log-likelihood A=-1.0 B=-2.0",
        "log-likelihood A=0 B=-1");
    evaluation(
        MatchingRule.MULTILINGUAL,
        "theirs",
        "log-likelihood A=-3.0 B=-2.0",
        "log-likelihood A=-2 B=-1");
    yesNo("ours", "نعم", "نعم");
    yesNo("theirs", "لا", "لا");
    index("theirs");

    assertThat(report())
        .contains("Answers are matched to options by the rule likelihood")
        .contains("POPE", "MMMB")
        .satisfies(html -> assertThat(html.split("\\+100.0 points", -1)).hasSizeGreaterThan(2));
  }

  /** Adds a file of yes/no questions to an evaluation, and scores it anew. */
  private void yesNo(String name, String... predictions) throws Exception {
    Path cell = Files.createDirectories(folder.resolve(name).resolve("POPE_ar"));
    StringBuilder rows = new StringBuilder("index\tquestion\tanswer\tprediction\tkind\n");
    for (int i = 0; i < predictions.length; i++) {
      rows.append(i).append("\tكلب؟\tYes\t").append(predictions[i]).append("\tyes-no\n");
    }
    Files.writeString(cell.resolve("POPE_ar.tsv"), rows);
    score(MatchingRule.MULTILINGUAL, name);
  }

  @Test
  void comparesLikelihoodsWithThoseOfBeforeTheRuleForWordsWasTold() throws Exception {
    training("training");
    evaluation(MatchingRule.MULTILINGUAL, "ours", "log-likelihood A=-1.0 B=-2.0");
    evaluation(MatchingRule.MULTILINGUAL, "theirs", "log-likelihood A=-3.0 B=-2.0");
    Path before = folder.resolve("theirs/scores.json");
    String scores = Files.readString(before);
    Files.writeString(before, scores.replaceFirst("\\s*\"asked\" : \"multilingual\",", ""));
    assertThat(before).content().isNotEqualTo(scores);
    index("theirs");

    assertThat(report()).contains("+100.0 points");
  }

  @Test
  void refusesToCompareScoresOfTwoRules() throws Exception {
    training("training");
    evaluation(MatchingRule.MULTILINGUAL, "ours", SAYS_A_IN_ARABIC);
    evaluation("theirs", "B");
    index("theirs");

    assertThatThrownBy(this::report)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot compare ours with theirs")
        .hasMessageContaining("(multilingual and published-2024)")
        .hasMessageContaining("parrot score --matching");
  }

  @Test
  void refusesScoresOfARuleThatDoesNotExist() throws Exception {
    evaluation("ours", "A");
    Path scores = folder.resolve("ours/scores.json");
    Files.writeString(scores, Files.readString(scores).replace("published-2024", "guess"));

    assertThatThrownBy(this::report)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("guess is not a rule of matching");
  }

  @Test
  void isTheSameWhenMadeAgain() throws Exception {
    training("training");
    evaluation("ours", "A");
    evaluation("theirs", "B");
    index("theirs");

    assertThat(report()).isEqualTo(report());
  }

  @Test
  void findsRunsAndEvaluationsWithoutAnIndex() throws Exception {
    training("runs/one");
    evaluation("scores/two", "A", "B");
    Path checkpoint = Files.createDirectories(folder.resolve("runs/one/checkpoints/round-000001"));
    Files.writeString(checkpoint.resolve("manifest.json"), "{\"round\": 1}");

    assertThat(report()).contains("<h3>one</h3>", "two, Arabic: 50.0 %");
  }

  @Test
  void saysWhatCouldNotBeAskedOrScored() throws Exception {
    evaluation("ours", "A", "B");
    Path scores = folder.resolve("ours/scores.json");
    Files.writeString(
        scores,
        Files.readString(scores)
            .replace(
                "\"failures\" : [ ]",
                """
                "failures" : [ ], "unscored" : ["tr"], "unanswered" : [
                  {"language" : "ar", "index" : 3, "problem" : "line 5 column image: no image"}]
                """));

    assertThat(report())
        .contains("Turkish is not scored: the benchmark tells no answers")
        .contains(
            "Arabic: 1 questions could not be asked and count as wrong; the first is question 3: line 5 column image: no image");
  }

  @Test
  void leavesOutALineThatIsStillBeingWritten() throws Exception {
    training("runs/one");
    Path metrics = folder.resolve("runs/one/metrics.jsonl");
    Files.writeString(metrics, "{\"round\":2,\"st", StandardOpenOption.APPEND);

    assertThat(report()).contains("8 steps, 100 examples per second");
  }

  @Test
  void saysThatThereIsNothingToReport() {
    assertThatThrownBy(this::report)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it holds no run.json, no metrics.jsonl and no scores.json");
  }

  @Test
  void saysThatThereIsNoFolder() {
    assertThatThrownBy(
            () ->
                ReportJob.write(
                    new org.apache.hadoop.fs.Path(folder.resolve("none").toUri()),
                    null,
                    new Configuration()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such folder");
  }

  @Test
  void namesTheLineOfDamagedMetrics() throws IOException {
    training("run");
    Files.writeString(folder.resolve("run/metrics.jsonl"), "{\"round\":0}\n{\"round\":\n");

    assertThatThrownBy(this::report)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("metrics.jsonl line 2");
  }

  @Test
  void leavesOutRoundsThatDoNotSayWhatTheyDidWhen() throws IOException {
    training("run");
    Path metrics = folder.resolve("run/metrics.jsonl");
    Files.writeString(metrics, "{\"round\":1,\"step\":8,\"loss\":2.5}\n");

    assertThat(report()).contains("id=\"training\"").doesNotContain("id=\"rounds\"");
  }

  @Test
  void namesTheLineOfDamagedPhases() throws IOException {
    training("run");
    Files.writeString(
        folder.resolve("run/metrics.jsonl"), "{\"round\":1,\"phases\":{\"begin\":1}}\n");

    assertThatThrownBy(this::report)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("metrics.jsonl line 1: Cannot read the phases of a round: bytes_out");
  }

  @Test
  void refusesAComparisonWithAnEvaluationThatIsNotThere() throws Exception {
    training("training");
    evaluation("ours", "A");
    evaluation("theirs", "B");
    index("nobody");

    assertThatThrownBy(this::report)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot compare nobody: there is no such evaluation");
  }
}
