package parrot.jobs.dataframe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.GenerateCommand;
import parrot.jobs.evaluate.TinyBenchmark;
import parrot.jobs.evaluate.TinyModel;
import parrot.jobs.spark.SparkSessions;
import parrot.model.kernel.Precision;
import picocli.CommandLine;

@Tag("slow")
final class ParrotAnswersTest {
  private static final AnsweringOptions OPTIONS =
      new AnsweringOptions(4, "reference", Precision.F32, 1, false);

  @TempDir static Path folder;
  private static SparkSession session;
  private static Path model;
  private static List<BenchmarkItem> items;

  @BeforeAll
  static void start() throws IOException {
    session = SparkSessions.create("answers test", "local[2]", Map.of());
    model = TinyModel.write(folder.resolve("model"), 1);
    Path table = TinyBenchmark.write(folder.resolve("shapes"), 12).resolve("MMMB_ru.tsv");
    FileSystem files = FileSystem.getLocal(new Configuration());
    items = BenchmarkFile.read(files, new org.apache.hadoop.fs.Path(table.toUri())).items();
  }

  @AfterAll
  static void stop() {
    AnsweringModel.closeIdle();
    session.close();
  }

  private static ParrotAnswers answers() {
    return new ParrotAnswers()
        .setModel(model.toString())
        .setKernels("reference")
        .setMaxNewTokens(4);
  }

  private static Dataset<Row> rows(DataType image, Object... idImageQuestion) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < idImageQuestion.length; i += 3) {
      rows.add(
          RowFactory.create(idImageQuestion[i], idImageQuestion[i + 1], idImageQuestion[i + 2]));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("image", image)
            .add("question", DataTypes.StringType);
    return session.createDataFrame(rows, schema).repartition(2);
  }

  private static Dataset<Row> benchmark() {
    return rows(
        DataTypes.BinaryType,
        items.stream()
            .flatMap(item -> List.<Object>of(item.index(), item.image(), item.question()).stream())
            .toArray());
  }

  private static Row one(Dataset<Row> answered) {
    return answered.collectAsList().get(0);
  }

  @Test
  void answersEachRowAsTheModelDoesAlone() {
    List<Row> answered = answers().transform(benchmark()).orderBy("id").collectAsList();

    assertThat(answered).hasSameSizeAs(items);
    try (AnsweringModel alone =
        AnsweringModel.open(
            new org.apache.hadoop.fs.Path(model.toUri()), OPTIONS, new Configuration())) {
      for (int i = 0; i < items.size(); i++) {
        assertThat(answered.get(i).<String>getAs("answer"))
            .isEqualTo(alone.answer(items.get(i).question(), items.get(i).image()));
      }
    }
    assertThat(answered)
        .allSatisfy(
            row -> {
              assertThat(row.<Double>getAs("logProbability")).isFinite().isNegative();
              assertThat(row.<String>getAs("error")).isNull();
            });
  }

  /** As docs/evaluation.md compares them. */
  @Test
  void answersAFileOfQuestionsAsGenerateDoesRowByRow() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    List<String> lines = new ArrayList<>();
    for (BenchmarkItem item : items) {
      Files.write(photos.resolve(item.index() + ".png"), item.image());
      lines.add(
          "{\"id\": \"%1$d\", \"question\": \"%2$s\", \"image\": \"%1$d.png\"}"
              .formatted(item.index(), item.question()));
    }
    Path questions = Files.write(photos.resolve("photos.jsonl"), lines);
    Path out = folder.resolve("answers.jsonl");
    CommandLine generate = new CommandLine(new GenerateCommand());
    int code =
        generate.execute(
            ("--model %s --questions %s --out %s --kernels reference --max-new-tokens 4 --threads 1")
                .formatted(model, questions, out)
                .split(" "));

    Column image = functions.concat(functions.lit(photos + "/"), functions.col("image"));
    Dataset<Row> asked =
        session
            .read()
            .schema("id STRING, question STRING, image STRING")
            .json(questions.toString())
            .withColumn("image", image);
    Dataset<Row> alone =
        session
            .read()
            .schema("id STRING, answer STRING, log_probability DOUBLE")
            .json(out.toString())
            .selectExpr("id", "answer AS alone", "log_probability AS likelihood");
    List<Row> both = answers().transform(asked.repartition(3)).join(alone, "id").collectAsList();

    assertThat(code).isZero();
    assertThat(both)
        .hasSameSizeAs(items)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("answer")).isEqualTo(row.getAs("alone"));
              assertThat(row.<Double>getAs("logProbability")).isEqualTo(row.getAs("likelihood"));
            });
  }

  @Test
  void aRowThatCannotBeAnsweredSaysWhyAndCostsNoOther() {
    byte[] image = items.get(0).image();
    List<Row> answered =
        answers()
            .transform(
                rows(
                    DataTypes.BinaryType,
                    0L,
                    image,
                    "What is this?",
                    1L,
                    "no image at all, but long enough".getBytes(),
                    "What is this?",
                    2L,
                    image,
                    null,
                    3L,
                    image,
                    "very long ".repeat(600),
                    4L,
                    null,
                    "What is this?"))
            .orderBy("id")
            .collectAsList();

    assertThat(answered.get(0).<String>getAs("error")).isNull();
    assertThat(answered.get(1).<String>getAs("error")).contains("image");
    assertThat(answered.get(2).<String>getAs("error")).contains("the question is null");
    assertThat(answered.get(3).<String>getAs("error")).contains("make it shorter");
    assertThat(answered.get(4).<String>getAs("error")).isNull();
    assertThat(answered.subList(1, 4))
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("answer")).isNull();
              assertThat(row.<Double>getAs("logProbability")).isNull();
            });
  }

  @Test
  void takesPathsOfImagesToo() throws IOException {
    Path image = Files.write(folder.resolve("one.png"), items.get(0).image());
    List<Row> answered =
        answers()
            .transform(
                rows(
                    DataTypes.StringType,
                    0L,
                    image.toString(),
                    items.get(0).question(),
                    1L,
                    folder.resolve("none.png").toString(),
                    "What is this?",
                    2L,
                    folder.toString(),
                    "What is this?",
                    3L,
                    "nowhere://host/cat.png",
                    "What is this?"))
            .orderBy("id")
            .collectAsList();

    Row bytes = one(answers().transform(benchmark()).where("id = " + items.get(0).index()));
    assertThat(answered.get(0).<String>getAs("answer")).isEqualTo(bytes.getAs("answer"));
    assertThat(answered.get(1).<String>getAs("error")).contains("none.png: it does not exist");
    assertThat(answered.get(2).<String>getAs("error")).contains("Cannot read " + folder);
    assertThat(answered.get(3).<String>getAs("error")).contains("Cannot reach nowhere://host");
  }

  @Test
  void drawsTheSameForTheSameSeed() {
    ParrotAnswers drawn = answers().setTemperature(5).setSeed(3).setMaxNewTokens(12);
    List<Row> first = drawn.transform(benchmark()).orderBy("id").collectAsList();

    assertThat(drawn.transform(benchmark().repartition(1)).orderBy("id").collectAsList())
        .isEqualTo(first);
    assertThat(drawn.setSeed(4).transform(benchmark()).orderBy("id").collectAsList())
        .isNotEqualTo(first);
  }

  @Test
  void isSavedAndLoadedAsAStageOfAPipeline() throws IOException {
    ParrotAnswers stage =
        answers().setAnswerCol("said").setStop("x", "y").setSystem("Be brief.").setSeed(9);
    PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {stage}).fit(benchmark());
    pipeline.write().overwrite().save(folder.resolve("pipeline").toString());

    PipelineModel loaded = PipelineModel.load(folder.resolve("pipeline").toString());

    ParrotAnswers again = (ParrotAnswers) loaded.stages()[0];
    assertThat(again.getOrDefault(again.stop())).containsExactly("x", "y");
    assertThat(again.getOrDefault(again.system())).isEqualTo("Be brief.");
    assertThat(again.getOrDefault(again.seed())).isEqualTo(9L);
    assertThat(loaded.transform(benchmark()).orderBy("id").collectAsList())
        .isEqualTo(pipeline.transform(benchmark()).orderBy("id").collectAsList());
  }

  @Test
  void refusesColumnsAndSettingsBeforeAnyTaskStarts() {
    assertThatThrownBy(() -> new ParrotAnswers().transform(benchmark()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Missing model");
    assertThatThrownBy(() -> answers().setQuestionCol("text").transform(benchmark()))
        .hasMessageContaining("Missing column text (the table has id, image, question)");
    assertThatThrownBy(() -> answers().setQuestionCol("image").transform(benchmark()))
        .hasMessageContaining("Invalid column image: binary (must be string)");
    assertThatThrownBy(() -> answers().setAnswerCol("id").transform(benchmark()))
        .hasMessageContaining("Invalid answerCol: id");
    assertThatThrownBy(() -> answers().setTopP(0).transform(benchmark()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("top-p");
    assertThatThrownBy(() -> answers().setModel(folder + "/nowhere").transform(benchmark()))
        .hasMessageContaining("nowhere");
  }
}
