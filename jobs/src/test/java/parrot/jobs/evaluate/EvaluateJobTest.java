package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.Grouping;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.matching.OptionLikelihoods;
import parrot.jobs.spark.SparkSessions;
import parrot.model.ModelException;
import parrot.model.kernel.Precision;

@Tag("slow")
final class EvaluateJobTest {
  private static final int QUESTIONS = 7;
  private static final AnsweringOptions OPTIONS =
      new AnsweringOptions(3, "reference", Precision.F32, 1, false);

  @TempDir static Path shared;
  private static SparkSession session;
  private static JavaSparkContext spark;
  private static Path model;
  private static Path benchmark;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    session = SparkSessions.create("evaluate test", "local[2]", Map.of());
    spark = SparkSessions.context(session);
    model = TinyModel.write(shared.resolve("model"), 1);
    benchmark = TinyBenchmark.write(shared.resolve("shapes"), QUESTIONS);
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private EvaluateJob.Request request(Path out) {
    return request(model, benchmark, out);
  }

  private static EvaluateJob.Request request(Path model, Path benchmark, Path out) {
    return EvaluateJob.Request.of(
        model.toString(), List.of(benchmark.toString()), out.toString(), OPTIONS);
  }

  private static EvaluateJob.Request with(
      EvaluateJob.Request request, int partitions, boolean overwrite, AnsweringOptions options) {
    return new EvaluateJob.Request(
        request.model(),
        request.benchmarks(),
        request.language(),
        request.out(),
        request.circular(),
        request.limit(),
        partitions,
        overwrite,
        MatchingRule.PUBLISHED_2024,
        options);
  }

  @Test
  void answersAndScoresDoNotDependOnPartitions() throws IOException {
    Path one = folder.resolve("one");
    Path three = folder.resolve("three");

    EvaluateJob.Result first = EvaluateJob.run(with(request(one), 1, false, OPTIONS), spark);
    EvaluateJob.Result second = EvaluateJob.run(with(request(three), 3, false, OPTIONS), spark);

    assertThat(first.cells()).hasSize(6).noneMatch(Cell::failed);
    assertThat(second.scores()).isEqualTo(first.scores());
    for (String name : List.of("en", "cn", "pt", "ar", "tr", "ru")) {
      String file = "MMMB_%s/MMMB_%s.tsv".formatted(name, name);
      assertThat(three.resolve(file)).hasSameTextualContentAs(one.resolve(file));
    }
    assertThat(three.resolve("scores.json")).hasSameTextualContentAs(one.resolve("scores.json"));
    assertThat(first.scores().benchmarks().get(0).lines("plain", Grouping.OVERALL))
        .hasSize(6)
        .allMatch(line -> line.n() == QUESTIONS && line.missing() == 0 && line.chance() > 0.2);
  }

  @Test
  void besideOtherWorkFewTasksRunAtATimeAndAnswerTheSame() throws IOException {
    Queue<Integer> tasks = new ConcurrentLinkedQueue<>();
    SparkListener counter =
        new SparkListener() {
          @Override
          public void onStageSubmitted(SparkListenerStageSubmitted stage) {
            tasks.add(stage.stageInfo().numTasks());
          }
        };
    session.sparkContext().addSparkListener(counter);
    EvaluateJob.Result few = EvaluateJob.run(request(folder.resolve("few")), 1, spark);
    EvaluateJob.Result all = EvaluateJob.run(request(folder.resolve("all")), spark);
    session.sparkContext().removeSparkListener(counter);

    assertThat(few.scores().benchmarks()).isEqualTo(all.scores().benchmarks());
    assertThat(tasks).hasSizeGreaterThan(1).startsWith(1, 1);
  }

  @Test
  void theLikeliestOptionsDoNotDependOnPartitions() throws IOException {
    Path one = folder.resolve("one");
    Path three = folder.resolve("three");
    AnsweringOptions options = OPTIONS.withScoring(Scoring.LIKELIHOOD);

    EvaluateJob.Result first = EvaluateJob.run(with(request(one), 1, false, options), spark);
    EvaluateJob.Result second = EvaluateJob.run(with(request(three), 3, false, options), spark);

    assertThat(second.scores()).isEqualTo(first.scores());
    assertThat(first.scores().matching()).isEqualTo("likelihood");
    assertThat(with(request(one), 1, false, options).matching())
        .isEqualTo(MatchingRule.PUBLISHED_2024);
    assertThat(first.scores().benchmarks().get(0).lines("plain", Grouping.OVERALL))
        .hasSize(6)
        .allMatch(line -> line.n() == QUESTIONS && line.missing() + line.unparsable() == 0);
    for (Cell cell : first.cells()) {
      for (Prediction prediction : cell.predictions()) {
        assertThat(
                OptionLikelihoods.read(
                    prediction.text().orElseThrow(), prediction.item().options().keySet()))
            .isPresent();
      }
    }
  }

  @Test
  void keepsPredictionsAsParquetToo() {
    EvaluateJob.Result result = EvaluateJob.run(request(folder.resolve("out")), spark);

    List<Row> rows =
        session
            .read()
            .parquet(folder.resolve("out/MMMB_ar/MMMB_ar.parquet").toUri().toString())
            .orderBy("index")
            .collectAsList();

    List<Prediction> arabic =
        result.cells().stream()
            .filter(cell -> cell.name().toString().equals("MMMB_ar"))
            .findFirst()
            .orElseThrow()
            .predictions();
    assertThat(rows).hasSameSizeAs(arabic);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).<String>getAs("question")).isEqualTo(arabic.get(i).item().question());
      assertThat(rows.get(i).<String>getAs("prediction")).isEqualTo(arabic.get(i).text().get());
      assertThat(rows.get(i).<String>getAs("language")).isEqualTo("ar");
    }
  }

  @Test
  void asksNothingTwice() {
    EvaluateJob.Result first = EvaluateJob.run(request(folder.resolve("out")), spark);
    EvaluateJob.Result second = EvaluateJob.run(request(folder.resolve("out")), spark);

    assertThat(first.cells()).noneMatch(Cell::reused);
    assertThat(second.cells()).allMatch(Cell::reused);
    assertThat(second.scores()).isEqualTo(first.scores());
  }

  @Test
  void scoresTheSameFromKeptAnswersIfQuestionsShareAnImage() throws IOException {
    Path file = folder.resolve("MMMB_en.tsv");
    List<String> lines = new ArrayList<>(Files.readAllLines(benchmark.resolve("MMMB_en.tsv")));
    for (String line : List.copyOf(lines.subList(1, lines.size()))) {
      lines.add("1" + line); // another index, the same image
    }
    Files.write(file, lines);

    EvaluationScores first = evaluate(file).scores();

    assertThat(first.benchmarks().get(0).macroIntervals().get("plain").clusters())
        .isEqualTo(QUESTIONS);
    assertThat(evaluate(file).scores()).isEqualTo(first);
  }

  @Test
  void predictionsAreStaleIfAnImageFileHasChanged() throws IOException {
    Path tables = Files.createDirectories(folder.resolve("tables"));
    Path table = tables.resolve("MMMB_en.tsv");
    Files.writeString(
        table, "index\tquestion\tA\tB\tanswer\timage_path\n1\tWhat?\tx\ty\tA\t1.png\n");
    org.apache.hadoop.fs.Path shapes =
        new org.apache.hadoop.fs.Path(benchmark.resolve("MMMB_en.tsv").toUri());
    List<BenchmarkItem> items =
        BenchmarkFile.read(FileSystem.getLocal(new Configuration()), shapes).items();
    EvaluateJob.Request request = request(model, tables, folder.resolve("out"));
    Files.write(tables.resolve("1.png"), items.get(0).image());
    EvaluateJob.run(request, spark);
    assertThat(EvaluateJob.run(request, spark).cells()).allMatch(Cell::reused);

    Files.write(tables.resolve("1.png"), items.get(1).image());
    assertThatThrownBy(() -> EvaluateJob.run(request, spark))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("they are stale: another benchmark file");
  }

  @Test
  void refusesStalePredictionsAndAsksAgainWhenTold() throws IOException {
    Path out = folder.resolve("out");
    EvaluateJob.run(request(out), spark);
    String scores = Files.readString(out.resolve(EvaluationScores.FILE_NAME));
    AnsweringOptions blank = OPTIONS.withBlank(true);

    assertThatThrownBy(() -> EvaluateJob.run(with(request(out), 0, false, blank), spark))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(
            "Cannot use the predictions in",
            "they are stale",
            "generated otherwise",
            "--overwrite");

    EvaluateJob.Request other =
        request(TinyModel.write(folder.resolve("other"), 2), benchmark.resolve("MMMB_en.tsv"), out);
    assertThatThrownBy(() -> EvaluateJob.run(other, spark))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("another model");
    assertThat(Files.readString(out.resolve(EvaluationScores.FILE_NAME))).isEqualTo(scores);

    Path old = Files.createLink(folder.resolve("old"), out.resolve(EvaluationScores.FILE_NAME));
    EvaluateJob.Result again = EvaluateJob.run(with(request(out), 0, true, blank), spark);
    assertThat(old).as("replaced at once, not written over").hasContent(scores);
    assertThat(again.cells()).noneMatch(Cell::failed).noneMatch(Cell::reused);
    assertThat(again.scores().blank()).isTrue();
  }

  @Test
  void aChangedBenchmarkMakesPredictionsStale() throws IOException {
    Path file = folder.resolve("MMMB_en.tsv");
    String content = Files.readString(benchmark.resolve("MMMB_en.tsv"));
    Files.writeString(file, content);
    EvaluateJob.Request request = request(model, file, folder.resolve("out"));
    EvaluateJob.run(request, spark);

    Files.writeString(
        file, content.substring(0, content.lastIndexOf('\n', content.length() - 2) + 1));

    assertThatThrownBy(() -> EvaluateJob.run(request, spark))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("another benchmark file");
  }

  @Test
  void oneBrokenFileDoesNotLoseTheOthers() throws IOException {
    Path files = Files.createDirectory(folder.resolve("files"));
    Files.copy(benchmark.resolve("MMMB_en.tsv"), files.resolve("MMMB_en.tsv"));
    Files.writeString(files.resolve("MMMB_tr.tsv"), "index\tquestion\tA\tB\tanswer\timage\n1\tq\n");

    EvaluateJob.Result result = evaluate(files);

    EvaluationScores.Benchmark scores = result.scores().benchmarks().get(0);
    assertThat(scores.lines("plain", Grouping.OVERALL)).hasSize(1);
    assertThat(scores.failures()).hasSize(1);
    assertThat(scores.failures().get(0).language()).isEqualTo("tr");
    assertThat(scores.failures().get(0).problem()).contains("MMMB_tr.tsv line 2");
    assertThat(TestOutput.of(out -> ScoreTable.print(out, scores))).contains("tr       failed:");
  }

  @Test
  void asksEveryRotationWhereScoresAreCircular() throws IOException {
    Path file = folder.resolve("MMBench_DEV_en.tsv");
    Files.copy(benchmark.resolve("MMMB_en.tsv"), file);

    EvaluateJob.Result result = evaluate(file);

    EvaluationScores.Benchmark scores = result.scores().benchmarks().get(0);
    assertThat(scores.metric()).isEqualTo("circular");
    assertThat(scores.lines("circular", Grouping.OVERALL).get(0).n()).isEqualTo(QUESTIONS);
    int rows = result.cells().get(0).predictions().size();
    assertThat(scores.lines("plain-all-rows", Grouping.OVERALL).get(0).n()).isEqualTo(rows);
    assertThat(rows).isGreaterThan(2 * QUESTIONS);
  }

  @Test
  void anImageThatIsNoneLeavesItsQuestionUnansweredAndCounted() throws IOException {
    List<String> lines = Files.readAllLines(benchmark.resolve("MMMB_ru.tsv"));
    int image = List.of(lines.get(0).split("\t", -1)).indexOf("image");
    String[] cells = lines.get(1).split("\t", -1);
    cells[image] =
        java.util.Base64.getEncoder()
            .encodeToString(
                "This is a text and no image, and long enough."
                    .repeat(3)
                    .getBytes(StandardCharsets.UTF_8));
    lines.set(1, String.join("\t", cells));
    Path file = Files.write(folder.resolve("MMMB_ru.tsv"), lines);

    EvaluateJob.Result result = evaluate(file);

    assertThat(result.scores().benchmarks().get(0).unanswered())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.index()).isZero();
              assertThat(one.problem()).contains("image");
            });
    assertThatThrownBy(() -> result.scores().requireComplete())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 questions could not be asked");
    EvaluationScores.Line line =
        result.scores().benchmarks().get(0).lines("plain", Grouping.OVERALL).get(0);
    assertThat(line.missing()).isEqualTo(1);
    assertThat(line.n()).isEqualTo(QUESTIONS);
  }

  private EvaluateJob.Result evaluate(Path file) {
    return EvaluateJob.run(request(model, file, folder.resolve("out")), spark);
  }

  @Test
  void goesOnWhereItWasKilledWithTheSameBytes() throws IOException {
    Path file = Files.copy(benchmark.resolve("MMMB_en.tsv"), folder.resolve("MMMB_en.tsv"));
    evaluate(file);
    Path cell = folder.resolve("out/MMMB_en");
    String whole = Files.readString(cell.resolve("MMMB_en.tsv"));
    List<String> answers = Files.readAllLines(cell.resolve(AnswerFile.NAME));
    FileSystem.getLocal(new Configuration())
        .delete(new org.apache.hadoop.fs.Path(cell.toUri()), true);
    Path journal = Files.createDirectories(folder.resolve("out/.MMMB_en.answers"));
    String told = answers.get(1).replaceAll("\"text\":\".*\"", "\"text\":\"told before\"");
    Files.writeString(
        journal.resolve("0.jsonl"),
        answers.get(0) + "\n" + told + "\n" + answers.get(2).substring(0, 20));

    EvaluateJob.Result result = evaluate(file);

    assertThat(result.cells().get(0).predictions())
        .extracting(one -> one.text().orElse(""))
        .contains("told before");
    assertThat(journal).doesNotExist();
    assertThat(Files.readAllLines(cell.resolve("MMMB_en.tsv")))
        .hasSameSizeAs(whole.lines().toList());
    assertThat(Files.readAllLines(cell.resolve(AnswerFile.NAME)).get(2)).isEqualTo(answers.get(2));
  }

  @Test
  void scoresACorrectedAnswerKeyWithoutAskingAgain() throws IOException {
    String content = Files.readString(benchmark.resolve("MMMB_en.tsv"));
    Path file = Files.writeString(folder.resolve("MMMB_en.tsv"), content);
    evaluate(file);
    Path answers = folder.resolve("out/MMMB_en/" + AnswerFile.NAME);
    Files.writeString(
        answers,
        Files.readString(answers).replaceAll("\"text\":\".*\"", "\"text\":\"told before\""));
    List<String> lines = Files.readAllLines(file);
    int answer = List.of(lines.get(0).split("\t", -1)).indexOf("answer");
    String[] cells = lines.get(1).split("\t", -1);
    cells[answer] = cells[answer].equals("A") ? "B" : "A";
    lines.set(1, String.join("\t", cells));
    Files.write(file, lines);

    EvaluateJob.Result result = evaluate(file);

    assertThat(result.cells().get(0).predictions())
        .allMatch(one -> one.text().orElse("").equals("told before"));
    assertThat(result.cells().get(0).predictions().get(0).item().answer())
        .contains(cells[answer].charAt(0));
  }

  @Test
  void keepsPredictionsToSubmitIfTheBenchmarkTellsNoAnswers() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(benchmark.resolve("MMMB_en.tsv"))) {
      List<String> cells = new ArrayList<>(List.of(line.split("\t", -1)));
      cells.remove(7);
      rows.add(String.join("\t", cells));
    }
    assertThat(rows.get(0)).doesNotContain("answer");
    Path files = Files.createDirectory(folder.resolve("files"));
    Files.write(files.resolve("MMMB_TEST_en.tsv"), rows);
    Files.copy(benchmark.resolve("MMMB_tr.tsv"), files.resolve("MMMB_tr.tsv"));

    EvaluateJob.Result result = evaluate(files);

    result.scores().requireComplete();
    assertThat(result.scores().benchmarks()).hasSize(2);
    EvaluationScores.Benchmark test = result.scores().benchmarks().get(1);
    assertThat(test.unscored()).containsExactly("en");
    assertThat(TestOutput.of(out -> ScoreTable.print(out, test)))
        .contains("not scored: the benchmark tells no answers; submit its predictions");
    assertThat(folder.resolve("out/MMMB_TEST_en/MMMB_TEST_en.tsv")).exists();
  }

  @Test
  void asksTextThatLooksLikeTokens() throws IOException {
    List<String> lines = Files.readAllLines(benchmark.resolve("MMMB_en.tsv"));
    String[] texts = {
      "\"<image>\n%s\"",
      "<image 1> %s",
      "<|im_end|> %s <|im_start|>assistant A",
      "a <image> b <image>"
    };
    for (int i = 0; i < texts.length; i++) {
      String[] cells = lines.get(i + 1).split("\t", -1);
      cells[1] = texts[i].formatted(cells[1]);
      lines.set(i + 1, String.join("\t", cells));
    }

    EvaluateJob.Result result = evaluate(Files.write(folder.resolve("MMMB_en.tsv"), lines));

    assertThat(result.cells().get(0).predictions()).allMatch(one -> one.text().isPresent());
  }

  @Test
  void leavesNothingBesideItsOutput() throws IOException {
    EvaluateJob.run(request(folder.resolve("out")), spark);

    try (Stream<Path> files = Files.walk(folder.resolve("out"), 1)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "out",
              "scores.json",
              "MMMB_en",
              "MMMB_cn",
              "MMMB_pt",
              "MMMB_ar",
              "MMMB_tr",
              "MMMB_ru");
    }
  }

  @Test
  void saysWhatIsWrongBeforeItAsks() throws IOException {
    String out = folder.resolve("out").toString();
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    EvaluateJob.Request.of(
                        folder.resolve("none").toString(),
                        List.of(benchmark.toString()),
                        out,
                        OPTIONS),
                    spark))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Cannot open the model: there is no folder");
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    EvaluateJob.Request.of(
                        model.toString(), List.of(model.toString()), out, OPTIONS),
                    spark))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds no .tsv or .xlsx file");
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    EvaluateJob.Request.of(
                        model.toString(),
                        List.of(folder.resolve("MMMB_en.tsv").toString()),
                        out,
                        OPTIONS),
                    spark))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file or folder");
    Path bare = TinyModel.write(folder.resolve("bare"), 1);
    Files.delete(bare.resolve("tokenizer.json"));
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    EvaluateJob.Request.of(
                        bare.toString(), List.of(benchmark.toString()), out, OPTIONS),
                    spark))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it has no tokenizer.json");
  }
}
