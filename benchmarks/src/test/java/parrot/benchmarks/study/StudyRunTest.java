package parrot.benchmarks.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.benchmarks.measure.ProgressLog;
import parrot.datasets.UsageException;

/** A study whose commands are answered by a script, which writes what the program would. */
class StudyRunTest {
  private static final String STUDY =
      """
      question: Does it help?
      seeds: [1, 2, 3]
      scores: [answers]
      figures: {loss: {step: model, at: /held_out/loss}}
      groups: {others: [zh]}
      steps:
        model: {run: train, config: {way: none, seed: "{seed}"}}
        answers: {run: evaluate, model: "{model}"}
      axes:
        way: {none: {}, experts: {model: {config: {way: experts}}}}
      compare: [{axis: way, baseline: none}]
      """;

  /** Of 40 questions in each language, all right with experts, one of four in Chinese without. */
  private static final String PROGRAM =
      """
      echo "$@" >> calls.txt
      command=$1; shift
      if [ $command = train ]; then
        config=$1; out=$(sed -n 's/.*"out" : "\\(.*\\)".*/\\1/p' $config)
        mkdir -p $out
        sed -n 's/.*"way" : "\\(.*\\)".*/\\1/p' $config > $out/way
        ! grep -q '"seed" : '${FAIL:-none} $config || { echo "it is broken"; exit 4; }
        printf '{"held_out": {"loss": 0.5}}\\n{"round": 2}\\n' > $out/metrics.jsonl
      else
        while [ $# -gt 0 ]; do case $1 in --out) out=$2 ;; --model) model=$2 ;; esac; shift; done
        mkdir -p $out; echo '{"matching": "published-2024"}' > $out/scores.json
        for language in en cn; do
          file=$out/MMMB_$language.tsv
          printf 'index\\tquestion\\tA\\tB\\tanswer\\tcategory\\tl2-category\\tsplit\\tprediction\\n' > $file
          for i in $(seq 0 39); do
            said=A
            [ $language = en ] || [ $(cat $model/way) = experts ] || [ $((i % 4)) = 0 ] || said=B
            printf "$i\\twhich\\tone\\ttwo\\tA\\t\\t\\t\\t$said\\n" >> $file
          done
        done
      fi
      """;

  @TempDir private Path folder;
  private final StringWriter said = new StringWriter();
  private StudyFile study;
  private List<Cell> cells;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("program.sh"), PROGRAM);
    study = StudyFile.read(Files.writeString(folder.resolve("study.yaml"), STUDY), false);
    cells = study.cells("");
  }

  private Map<String, String> run(String... launcher) throws Exception {
    try (StudyFolder kept = StudyFolder.open(folder.resolve("out"))) {
      List<String> words = new java.util.ArrayList<>(List.of(launcher));
      words.addAll(List.of("bash", folder.resolve("program.sh").toString()));
      StepRun runner = new StepRun(kept, words, folder.resolve("parts"), 1, "abc");
      ProgressLog progress = new ProgressLog(new PrintWriter(said, true), "study");
      Map<String, String> failures = new Schedule(cells, kept, runner::run, 2, progress).run();
      new StudyPage(study, cells, kept).write(failures);
      return failures;
    }
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("out/calls.txt"));
  }

  private JsonNode results() throws IOException {
    return StudyFolder.JSON.readTree(folder.resolve("out/study.json").toFile());
  }

  @Test
  void runsEachStepOnceAndComparesWhatComesOut() throws Exception {
    assertThat(run()).isEmpty();
    assertThat(calls())
        .hasSize(12)
        .anyMatch(call -> call.matches("train .*yaml --resume --master local\\[2\\]"));
    JsonNode differences = results().at("/comparisons/0/differences");
    assertThat(differences.findValuesAsText("languages"))
        .containsExactly("en", "zh", "others", "all");
    assertThat(differences.at("/0/difference").asDouble()).isZero();
    assertThat(differences.at("/0/verdict").asText()).isEqualTo("no clear difference");
    assertThat(differences.at("/1/difference").asDouble()).isEqualTo(0.75);
    assertThat(differences.at("/1/seeds").asInt()).isEqualTo(3);
    assertThat(differences.at("/1/verdict").asText()).isEqualTo("better");
    assertThat(results().at("/cells/0/figures/loss").asDouble()).isEqualTo(0.5);
    assertThat(Files.readString(folder.resolve("out/study.md")))
        .contains("6 of 6 cells are done, with seeds [1, 2, 3]. Made with commit abc.")
        .contains("| none | 100.0 ± 0.0 | 25.0 ± 0.0 | 25.0 ± 0.0 | 62.5 ± 0.0 | 3 |")
        .contains("answers: way experts against none")
        .contains("| zh | +75.0 |");
    assertThat(Files.readString(folder.resolve("out/study.html")))
        .contains("<svg", "Does it help?");
    assertThat(said.toString())
        .contains("12 steps, 0 of them done before, 2 at a time", "12 of 12");
  }

  @Test
  void doesNothingTwice() throws Exception {
    run();
    String table = Files.readString(folder.resolve("out/study.md"));
    run();
    assertThat(calls()).hasSize(12);
    assertThat(Files.readString(folder.resolve("out/study.md"))).isEqualTo(table);
  }

  @Test
  void goesOnIfItWasKilledBeforeItNotedAProcess() throws Exception {
    run();
    try (StudyFolder kept = StudyFolder.open(folder.resolve("out"))) {
      Step step = cells.get(0).ends().values().iterator().next();
      Files.deleteIfExists(kept.beside(step, ".json"));
      Files.writeString(kept.beside(step, ".pid"), "");
    }
    assertThat(run()).isEmpty();
  }

  @Test
  void aDefectIsToldAsTheFailureOfItsStep() throws Exception {
    try (StudyFolder kept = StudyFolder.open(folder.resolve("defect"))) {
      ProgressLog progress = new ProgressLog(new PrintWriter(said, true), "study");
      Schedule.Runner broken =
          step -> {
            throw new IllegalStateException("no " + step.id());
          };
      assertThat(new Schedule(cells, kept, broken, 2, progress).run().values())
          .hasSize(12)
          .anyMatch(why -> why.startsWith("a defect of the program: "));
    }
  }

  @Test
  void aStepThatFailsDoesNotLoseTheOthersAndIsTriedAgain() throws Exception {
    Map<String, String> failures = run("env", "FAIL=2");
    assertThat(failures).hasSize(4);
    assertThat(failures.values())
        .anyMatch(why -> why.matches("train ended with 4: it is broken \\(see .*log\\)"))
        .anyMatch(why -> why.matches("model-\\w+ failed"));
    assertThat(results().at("/comparisons/0/differences/1/seeds").asInt()).isEqualTo(2);
    assertThat(Files.readString(folder.resolve("out/study.md"))).contains("## Steps that failed");
    assertThat(run()).isEmpty();
    assertThat(results().at("/comparisons/0/differences/1/seeds").asInt()).isEqualTo(3);
    assertThat(calls()).as("two models again, and the evaluations that waited").hasSize(14);
  }

  @Test
  void aProcessThatAKilledStudyLeftIsEndedFirst() throws Exception {
    Step model = cells.get(0).ends().get("model");
    Process left = new ProcessBuilder("bash", "-c", "exec -a " + model.id() + " sleep 100").start();
    Files.createDirectories(folder.resolve("out/steps"));
    Files.writeString(
        folder.resolve("out/steps").resolve(model.id() + ".pid"), Long.toString(left.pid()));
    while (!Files.readString(Path.of("/proc", left.pid() + "", "cmdline")).contains(model.id())) {
      Thread.onSpinWait();
    }
    run();
    assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void twoStudiesDoNotShareAFolder() throws Exception {
    try (StudyFolder first = StudyFolder.open(folder.resolve("out"))) {
      assertThat(first.path()).exists();
      assertThatThrownBy(() -> StudyFolder.open(folder.resolve("out")))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("another study is running there");
    }
  }
}
