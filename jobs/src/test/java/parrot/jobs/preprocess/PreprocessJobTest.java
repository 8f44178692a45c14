package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
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
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import parrot.datasets.source.RejectReason;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.spark.SparkSessions;

@Tag("slow")
class PreprocessJobTest {
  private static SparkSession session;
  private static JavaSparkContext spark;

  @TempDir Path scratch;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("preprocess test", "local[2]", Map.of());
    spark = SparkSessions.context(session);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void writesEveryUsableRowOnceAndAddsUp() throws IOException {
    RawData data = new RawData(scratch).good(40);
    data.rows.add(data.rows.get(3));
    data.row(null, null, "Сколько будет два плюс два?", "Два плюс два будет четыре.");
    data.row("none.png", "en", "<image> What?", "That.");
    PreprocessReport report = run(options(data).maxRejected(0.1).build());

    assertThat(report.totals()).isEqualTo(new Totals(43, 41, 1, 1));
    assertThat(report.shards()).isGreaterThan(2);
    ShardedDataset dataset = open("out");
    List<TrainingExample> rows = rows(dataset);
    assertThat(rows).hasSize(41);
    assertThat(rows).extracting(TrainingExample::source).doesNotHaveDuplicates();
    assertThat(rows).extracting(TrainingExample::source).doesNotContain("rows.json:41");
    TrainingExample text =
        rows.stream().filter(row -> row.source().equals("rows.json:42")).findFirst().orElseThrow();
    assertThat(text.hasImage()).isFalse();
    assertThat(text.language()).isEqualTo(Language.RU);
    // What is supervised reads as the answer.
    try (var tokenizer = HuggingFaceTextTokenizer.open(files(), path("tokenizer.json"))) {
      dataset.requireTokenizer(tokenizer.fingerprint());
      assertThat(tokenizer.decode(Arrays.stream(text.labels()).filter(l -> l >= 0).toArray()))
          .isEqualTo("Два плюс два будет четыре.");
    }
    assertThat(report.languages().keySet()).containsExactly("ar", "en", "pt", "ru", "tr", "zh");
    assertThat(report.languages().get("ru").rows()).isEqualTo(7);
    assertThat(report.languages().get("ru").withImage()).isEqualTo(6);
    assertThat(report.toText()).contains("Read 43 rows: 41 written, 1 duplicate, 1 rejected");
    assertThat(scratch.resolve("out/report.json")).content().contains("PICTURE_MISSING");
    assertThat(names(scratch)).doesNotContain(".out.lock").noneMatch(n -> n.contains("writing"));
    assertThat(names(scratch.resolve("out")))
        .noneMatch(name -> name.endsWith(".crc") || name.startsWith("attempt"));
  }

  @Test
  void writesTheSameBytesHoweverManyTasksThereAre() throws IOException {
    RawData data = new RawData(scratch).good(60);
    data.rows.add(data.rows.get(5));
    data.row("none.png", "en", "<image> What?", "That.");
    data.json();
    TreeMap<Integer, Map<String, byte[]>> results = new TreeMap<>();
    session.stop();
    try {
      for (int cores : new int[] {1, 2, 4}) {
        try (SparkSession own = SparkSessions.create("x", "local[" + cores + "]", Map.of())) {
          new PreprocessJob(
                  SparkSessions.context(own),
                  options(data).out("out" + cores).maxRejected(0.5).build(),
                  line -> {})
              .run();
        }
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : names(scratch.resolve("out" + cores))) {
          contents.put(name, Files.readAllBytes(scratch.resolve("out" + cores).resolve(name)));
        }
        assertThat(contents.remove("report.json")).isNotNull();
        results.put(cores, contents);
      }
    } finally {
      start();
    }
    assertThat(results.get(1).keySet())
        .contains("part-00000.parquet", "manifest.json", "rejected.parquet");
    for (int cores : new int[] {2, 4}) {
      assertThat(results.get(cores).keySet()).isEqualTo(results.get(1).keySet());
      results
          .get(1)
          .forEach((name, bytes) -> assertThat(results.get(cores).get(name)).isEqualTo(bytes));
    }
  }

  @Test
  void dependsOnTheSeedInOrderAlone() throws IOException {
    RawData data = new RawData(scratch).good(20);
    run(options(data).build());
    run(options(data).out("other").seed(1).build());
    List<String> first = rows(open("out")).stream().map(TrainingExample::id).toList();
    List<String> second = rows(open("other")).stream().map(TrainingExample::id).toList();
    assertThat(second).isNotEqualTo(first).hasSameElementsAs(first);
  }

  @Test
  void writesNothingWhenNothingHasChanged() throws IOException {
    RawData data = new RawData(scratch).good(8);
    run(options(data).build());
    var before = Files.getLastModifiedTime(scratch.resolve("out/manifest.json"));

    PreprocessReport again = run(options(data).build());
    assertThat(again.unchanged()).isTrue();
    assertThat(again.toText()).startsWith("Nothing to do: ").contains("Read 8 rows: 8 written");
    assertThat(Files.getLastModifiedTime(scratch.resolve("out/manifest.json"))).isEqualTo(before);

    data.image("3.png", RawData.png(Color.MAGENTA));
    assertThatThrownBy(() -> run(options(data).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it exists (pass --overwrite or choose another folder)");
    assertThat(run(options(data).overwrite().build()).unchanged()).isFalse();
    assertThat(run(options(data).overwrite().build()).unchanged()).isTrue();
    assertThat(run(options(data).overwrite().seed(9).build()).unchanged()).isFalse();
  }

  @Test
  void setsAsideWhatCannotBeUsedAndSaysWhy() throws IOException {
    RawData data = new RawData(scratch).good(1);
    data.image("huge.png", RawData.hugePng());
    data.image("text.png", RawData.text("this is no image"));
    data.image("empty.png", new byte[0]);
    data.image("cut.png", Arrays.copyOf(RawData.png(Color.RED), 60));
    Files.writeString(scratch.resolve("secret.png"), "secret");
    data.row("none.png", "en", "<image> What?", "That.");
    data.row("huge.png", "en", "<image> What?", "That.");
    data.row("text.png", "en", "<image> What?", "That.");
    data.row("empty.png", "en", "<image> What?", "That.");
    data.row("cut.png", "en", "<image> What?", "That.");
    data.row("../secret.png", "en", "<image> What?", "That.");
    data.row(null, "en", "<image> What?", "That.");
    data.row("0.png", "en", "What?", "That.");
    data.row("0.png", "xx", "<image> What?", "That.");
    data.row("0.png", "en", "<image> " + "long ".repeat(300), "That.");
    data.row("0.png", "en", "<image> What?", "");
    data.raw("{\"conversations\":[{\"from\":\"human\",\"value\":\"Hi\"}]}");
    data.raw("{\"conversations\":[{\"from\":\"narrator\",\"value\":\"Hi\"}]}");
    data.raw("{broken}");
    String broken = data.json();
    Files.writeString(Path.of(broken), Files.readString(Path.of(broken)).replaceAll("]$", ",{\"i"));

    assertThatThrownBy(() -> run(options(data).maxRejected(1).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the file breaks off without the closing ']'")
        .hasMessageContaining("the last whole row is 15");
    PreprocessReport report = run(options(data).maxRejected(1).resynchronise().build());

    assertThat(report.reading().lostBytes()).isEqualTo("{\"i".length());
    assertThat(report.totals()).isEqualTo(new Totals(16, 1, 0, 15));
    assertThat(open("out").manifest().rejected().values()).hasSize(15).containsOnly(1L);
    Map<RejectReason, Reject> rejects = new TreeMap<>();
    for (Reject reject : rejects("out")) {
      rejects.put(reject.reason(), reject);
    }
    assertThat(message(rejects, RejectReason.PICTURE_MISSING))
        .startsWith("rows.json:2 Cannot use the image none.png: there is no such file under ");
    assertThat(message(rejects, RejectReason.PICTURE_TOO_LARGE))
        .contains("rows.json:3 Cannot use the image huge.png: it has 50000 x 50000 pixels");
    assertThat(message(rejects, RejectReason.PICTURE_NOT_A_PICTURE))
        .contains("rows.json:4 Cannot use the image text.png");
    assertThat(message(rejects, RejectReason.PICTURE_EMPTY)).contains("rows.json:5");
    assertThat(message(rejects, RejectReason.PICTURE_TRUNCATED)).contains("rows.json:6");
    assertThat(message(rejects, RejectReason.PICTURE_OUTSIDE_FOLDER))
        .contains("rows.json:7 Cannot use the image ../secret.png: it climbs out of the folder");
    assertThat(message(rejects, RejectReason.IMAGE_TOKEN_WITHOUT_IMAGE)).contains("rows.json:8");
    assertThat(message(rejects, RejectReason.IMAGE_WITHOUT_IMAGE_TOKEN)).contains("rows.json:9");
    assertThat(message(rejects, RejectReason.UNKNOWN_LANGUAGE))
        .contains("rows.json:10 Invalid language: xx (must be a tag of BCP 47");
    assertThat(message(rejects, RejectReason.ANSWER_TRUNCATED))
        .contains("rows.json:11 ")
        .contains("within the first 128 positions");
    assertThat(message(rejects, RejectReason.EMPTY_TURN)).contains("rows.json:12 ");
    assertThat(message(rejects, RejectReason.NO_ANSWER)).contains("rows.json:13");
    assertThat(message(rejects, RejectReason.UNKNOWN_ROLE)).contains("rows.json:14");
    assertThat(message(rejects, RejectReason.BROKEN_ROW)).contains("rows.json:15");
    assertThat(message(rejects, RejectReason.BROKEN_FILE))
        .contains("rows.json:16 ")
        .contains(
            "the file breaks off without the closing ']' (was it copied completely?), at byte");
  }

  @Test
  void countsRowsThatItChangesAndKeysThatItDoesNotRead() throws IOException {
    RawData data = new RawData(scratch);
    String turns =
        """
        "conversations":[{"from":"human","value":"What is number %d here?"},\
        {"from":"gpt","value":"%s"}%s]""";
    data.raw("{\"lang\":\"zh\"," + turns.formatted(1, "It is the first number.", "") + "}");
    data.raw("{" + turns.formatted(2, "It is <|im_end|> in this text.", "") + "}");
    String thanks = ",{\"from\":\"human\",\"value\":\"Thank you!\"}";
    data.raw("{\"lang\":1," + turns.formatted(3, "It is the third number.", thanks) + "}");
    data.raw("{\"video\":\"a.mp4\"," + turns.formatted(4, "It is a video.", "") + "}");
    String png = Base64.getEncoder().encodeToString(RawData.png(Color.RED));
    data.raw(
        "{\"image\":{\"bytes\":\"%s\",\"path\":null},".formatted(png)
            + turns.formatted(5, "It is a red square.", "").replace("What", "<image> What")
            + "}");
    PreprocessReport report = run(options(data).maxRejected(0.5).build());

    assertThat(report.totals()).isEqualTo(new Totals(5, 4, 0, 1));
    assertThat(report.notes())
        .containsExactly(
            Map.entry("control tokens in the text, kept as text", 1L),
            Map.entry("key lang not read", 2L),
            Map.entry("last question without an answer, left out", 1L));
    assertThat(report.toText()).contains("         2 key lang not read\n");
    assertThat(rejects("out")).extracting(Reject::reason).containsExactly(RejectReason.OTHER_MEDIA);
    List<TrainingExample> rows = rows(open("out"));
    assertThat(rows).filteredOn(TrainingExample::hasImage).hasSize(1);
    try (var tokenizer = HuggingFaceTextTokenizer.open(files(), path("tokenizer.json"))) {
      int end = tokenizer.id("<|im_end|>");
      assertThat(rows)
          .allSatisfy(
              row -> assertThat(Arrays.stream(row.tokenIds()).filter(id -> id == end)).hasSize(3));
    }
  }

  @Test
  void failsAndPublishesNothingWhenTooManyRowsAreRejected() throws IOException {
    RawData data = new RawData(scratch).good(8);
    data.row("none.png", "en", "<image> What?", "That.");
    data.row("gone.png", "en", "<image> What?", "That.");

    assertThatThrownBy(() -> run(options(data).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "too many rows were rejected (2 of 10, 20.0 %; --max-rejected allows 5.0 %)")
        .hasMessageContaining("2 PICTURE_MISSING")
        .hasMessageContaining("such as rows.json:9: Cannot use the image none.png");
    assertThat(names(scratch))
        .containsExactly("images", "out.check", "rows.json", "tokenizer.json");
    assertThat(names(scratch.resolve("out.check")))
        .containsExactly("_SUCCESS", "rejected.parquet", "report.json");

    // What is kept does not count as input, although it lies in the folder of the input.
    Files.createDirectories(scratch.resolve("in/images"));
    Files.move(scratch.resolve("rows.json"), scratch.resolve("in/rows.json"));
    OptionsBuilder inside =
        options(data).input(scratch + "/in").out("in/out").images("in/images").maxRejected(1);
    assertThatThrownBy(() -> run(inside.build())).hasMessageContaining("no row is left");
    assertThatThrownBy(() -> run(inside.build()))
        .hasMessageContaining("no row is left")
        .hasMessageContaining("10 PICTURE_MISSING");
  }

  @Test
  void setsAsideARowWhoseImageTruncationRemoves() throws IOException {
    RawData data = new RawData(scratch).good(1);
    data.raw(
        """
        {"id":"late","image":"0.png","language":"en","conversations":[\
        {"from":"human","value":"Speak!"},{"from":"gpt","value":"%s"},\
        {"from":"human","value":"<image> What?"},{"from":"gpt","value":"That."}]}\
        """
            .formatted("on and on ".repeat(100)));
    PreprocessReport report = run(options(data).maxRejected(0.9).build());

    assertThat(report.totals()).isEqualTo(new Totals(2, 1, 0, 1));
    assertThat(report.toText())
        .contains("IMAGE_TOKEN_TRUNCATED")
        .contains("rows.json:2: Cannot use conversation: its image is not within the first 128");
  }

  @Test
  void countsTruncatedRowsAndKeepsImagesWhole() throws IOException {
    RawData data = new RawData(scratch).good(1);
    data.row("0.png", "en", "<image> Speak!", "on and on ".repeat(100));
    PreprocessReport report = run(options(data).build());

    assertThat(report.languages().get("en").truncated()).isEqualTo(1);
    assertThat(report.languages().get("en").longest()).isEqualTo(128);
    TrainingExample cut =
        rows(open("out")).stream().filter(r -> r.id().equals("r1")).findFirst().orElseThrow();
    // 128 positions, of which the image takes 2 x 2 patches and the class token.
    assertThat(cut.tokenIds()).hasSize(128 - 4);
  }

  @Test
  void keepsImagesOfBenchmarksOut() throws IOException {
    RawData data = new RawData(scratch).good(5);
    byte[] leaked = Files.readAllBytes(scratch.resolve("images/3.png"));
    BenchmarkItem question =
        new BenchmarkItem(
            1,
            "What?",
            Optional.empty(),
            new TreeMap<>(Map.of('A', "a", 'B', "b")),
            Optional.of('A'),
            "",
            "",
            "",
            leaked);
    Files.createDirectory(scratch.resolve("bench"));
    BenchmarkFile.write(files(), path("bench/MMMB_en.tsv"), List.of(question));

    PreprocessReport report = run(options(data).benchmark("bench").maxRejected(0.5).build());
    assertThat(report.totals()).isEqualTo(new Totals(5, 4, 0, 1));
    assertThat(rejects("out")).extracting(Reject::reason).containsExactly(RejectReason.LEAK);
    assertThat(rejects("out")).extracting(Reject::origin).containsExactly("rows.json:4");
    assertThat(rejects("out").get(0).message()).contains("question 1 in ", "bench/MMMB_en.tsv");
  }

  @Test
  void keepsCopiesOfBenchmarkImagesOut() throws IOException {
    RawData data = new RawData(scratch).good(2);
    Path folder = Files.createDirectory(scratch.resolve("bench"));
    BufferedImage asked = drawing(200, 150);
    ImageIO.write(asked, "png", folder.resolve("asked.png").toFile());
    Files.writeString(
        folder.resolve("MMMB_en.tsv"),
        "index\tquestion\tA\tB\tanswer\timage_path\n7\tWhat?\ta\tb\tA\tasked.png\n");
    ImageIO.write(drawing(280, 210), "jpg", scratch.resolve("images/copy.jpg").toFile());
    data.row("copy.jpg", "en", "<image>\\nWhat is it?", "It is a drawing.");

    PreprocessReport report = run(options(data).benchmark("bench").maxRejected(0.5).build());

    assertThat(report.totals()).isEqualTo(new Totals(3, 2, 0, 1));
    Reject reject = rejects("out").get(0);
    assertThat(reject.reason()).isEqualTo(RejectReason.LEAK_LOOKALIKE);
    assertThat(reject.message()).contains("copy.jpg", "looks like", "question 7 in ");
  }

  /** The same picture in any size. */
  private static BufferedImage drawing(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.YELLOW);
    graphics.fillRect(0, height / 2, width, height / 2);
    graphics.setColor(Color.RED);
    graphics.fillOval(width / 5, height / 5, width / 3, height / 3);
    graphics.dispose();
    return image;
  }

  @Test
  void noticesChangedImageFilesBehindABenchmark() throws IOException {
    RawData data = new RawData(scratch).good(5);
    Path folder = Files.createDirectory(scratch.resolve("bench"));
    Files.writeString(
        folder.resolve("MMMB_en.tsv"),
        "index\tquestion\tA\tB\tanswer\timage_path\n1\tWhat?\ta\tb\tA\tasked.png\n");
    Files.copy(scratch.resolve("images/3.png"), folder.resolve("asked.png"));
    run(options(data).benchmark("bench").maxRejected(0.5).build());
    assertThat(run(options(data).benchmark("bench").maxRejected(0.5).build()).unchanged()).isTrue();

    Files.copy(
        scratch.resolve("images/1.png"),
        folder.resolve("asked.png"),
        StandardCopyOption.REPLACE_EXISTING);
    PreprocessReport report =
        run(options(data).benchmark("bench").maxRejected(0.5).overwrite().build());

    assertThat(report.unchanged()).isFalse();
    assertThat(rejects("out")).extracting(Reject::origin).containsExactly("rows.json:2");
  }

  @Test
  void readsSeveralFilesInBothFormats() throws IOException {
    RawData data = new RawData(scratch).good(6);
    data.write("a.jsonl", String.join("\n", data.rows.subList(0, 4)));
    data.write("b.json", data.rows.subList(2, 6).toString());
    Files.createDirectories(scratch.resolve("in"));
    for (String name : List.of("a.jsonl", "b.json")) {
      Files.move(scratch.resolve(name), scratch.resolve("in").resolve(name));
    }
    PreprocessReport report = run(options(data).input(scratch.resolve("in").toString()).build());
    assertThat(report.totals()).isEqualTo(new Totals(8, 6, 2, 0));
    assertThat(new TreeSet<>(rows(open("out")).stream().map(TrainingExample::source).toList()))
        .containsExactly(
            "a.jsonl:1", "a.jsonl:2", "a.jsonl:3", "a.jsonl:4", "b.json:3", "b.json:4");
  }

  @Test
  void refusesInputThatIsNotThereAndOptionsThatContradict() {
    RawData data = new RawData(scratch).good(1);
    data.json();
    assertThatThrownBy(() -> run(options(data).input(scratch + "/none.json").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.json: it does not exist");
    data.write("empty.json", "[]");
    assertThatThrownBy(() -> run(options(data).input(scratch + "/empty.json").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no rows in");
    data.write("text.json", "hello");
    assertThatThrownBy(() -> run(options(data).input(scratch + "/text.json").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot read text.json: neither a JSON array nor JSON lines");
    PreprocessOptions siglip = options(data).vision(VisionEncoder.SIGLIP).patchSize(13).build();
    assertThat(siglip.visualTokens()).isEqualTo(4);
    assertThat(siglip.configuration()).containsEntry("vision", "siglip");
    assertThat(options(data).build().visualTokens()).isEqualTo(5);
    assertThat(options(data).build().configuration()).doesNotContainKey("vision");
    assertThatThrownBy(() -> options(data).patchSize(5).build())
        .isInstanceOf(UsageException.class)
        .hasMessage("Invalid --patch-size: 5 (must be a divisor of the image size 28)");
    assertThatThrownBy(() -> options(data).maxRejected(Double.NaN).build())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Invalid --max-rejected: NaN");
  }

  private String message(Map<RejectReason, Reject> rejects, RejectReason reason) {
    assertThat(rejects).containsKey(reason);
    return rejects.get(reason).origin() + " " + rejects.get(reason).message();
  }

  private PreprocessReport run(PreprocessOptions options) throws IOException {
    return new PreprocessJob(spark, options, line -> {}).run();
  }

  private OptionsBuilder options(RawData data) {
    if (!Files.exists(scratch.resolve("rows.json"))) {
      data.json();
    }
    return new OptionsBuilder(scratch);
  }

  private org.apache.hadoop.fs.FileSystem files() {
    return FileSystems.of(scratch.toString(), new Configuration());
  }

  private org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(scratch.resolve(name).toUri());
  }

  private ShardedDataset open(String name) throws IOException {
    return ShardedDataset.open(files(), path(name));
  }

  private List<Reject> rejects(String name) throws IOException {
    return RejectFile.read(path(name + "/rejected.parquet"), new Configuration());
  }

  private static List<TrainingExample> rows(ShardedDataset dataset) throws IOException {
    List<TrainingExample> rows = new ArrayList<>();
    for (int shard = 0; shard < dataset.shards(); shard++) {
      for (int group = 0; group < dataset.rowGroups(shard); group++) {
        rows.addAll(dataset.read(shard, group));
      }
    }
    return rows;
  }

  private static List<String> names(Path folder) throws IOException {
    try (var list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
