package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.conversation.ConversationRules;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.image.ImageSignature;
import parrot.datasets.near.TextPrint;
import parrot.datasets.record.RecordFormat;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.RowReader;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.spark.SparkSessions;
import scala.Tuple2;

@Tag("slow")
class NearDuplicatesTest {
  private static final int PLANTED = 120;

  private static SparkSession session;
  private static JavaSparkContext spark;

  @TempDir Path scratch;

  @BeforeAll
  static void start() {
    session =
        SparkSessions.create(
            "near duplicates", "local[2]", Map.of("spark.default.parallelism", "2"));
    spark = SparkSessions.context(session);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  /** Prints by number: those of one original have the same number of hundreds. */
  private static void assertFindsPlanted(List<Tuple2<Long, byte[]>> prints, Likeness likeness) {
    NearGroups groups = NearPairs.groups(spark.parallelizePairs(prints, 2), likeness);
    long planted = 0;
    long found = 0;
    long wrong = 0;
    for (Tuple2<Long, byte[]> print : prints) {
      long original = print._1() / 100 * 100;
      planted += print._1() == original ? 0 : 1;
      long first = groups.first(print._1());
      if (first != print._1()) {
        found += first == original ? 1 : 0;
        wrong += first == original ? 0 : 1;
      }
    }
    assertThat((double) found / planted).as("recall").isGreaterThanOrEqualTo(0.95);
    assertThat((double) found / (found + wrong)).as("precision").isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void findsImagesThatWereEncodedAndScaledAnew() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    List<Tuple2<Long, byte[]>> prints = new ArrayList<>();
    for (long i = 0; i < 2 * PLANTED; i++) {
      BufferedImage original = landscape(random);
      prints.add(new Tuple2<>(100 * i, signature(png(original))));
      if (i < PLANTED) {
        prints.add(new Tuple2<>(100 * i + 1, signature(copy(original, random))));
        prints.add(new Tuple2<>(100 * i + 2, signature(copy(original, random))));
      }
    }
    assertFindsPlanted(prints, Likeness.IMAGES);
  }

  @Test
  void findsTextsThatWereTouchedAndNotThoseOfOneTemplate() {
    SplittableRandom random = new SplittableRandom(12);
    List<Tuple2<Long, byte[]>> prints = new ArrayList<>();
    for (long i = 0; i < 2 * PLANTED; i++) {
      List<String> words = words(random, 45 + random.nextInt(100));
      prints.add(new Tuple2<>(100 * i, text(0, String.join(" ", words))));
      if (i < PLANTED) {
        prints.add(
            new Tuple2<>(100 * i + 1, text(0, String.join(", ", words).toUpperCase() + "!")));
        words.set(random.nextInt(words.size()), "otherwise");
        prints.add(new Tuple2<>(100 * i + 2, text(0, String.join(" ", words))));
      } else if (i % 2 == 0) {
        words.set(random.nextInt(words.size()), "17");
        prints.add(new Tuple2<>(100_000 + 100 * i, text(0, String.join(" ", words))));
      } else {
        List<String> half = new ArrayList<>(words.subList(0, words.size() / 2));
        half.addAll(words(random, words.size() / 2));
        prints.add(new Tuple2<>(100_000 + 100 * i, text(0, String.join(" ", half))));
      }
    }
    for (long i = 0; i < PLANTED; i++) {
      prints.add(
          new Tuple2<>(1_000_000 + 100 * i, text(0, "What is it? It is a " + word(i) + ".")));
      prints.add(new Tuple2<>(2_000_000 + 100 * i, text(1 + i, "What colour is it? Red.")));
    }
    assertFindsPlanted(prints, Likeness.TEXTS);
  }

  @Test
  void findsTheOnesAlikeAmongManyOfOneWord() {
    List<Tuple2<Long, byte[]>> prints = new ArrayList<>();
    for (long i = 0; i < 2_000; i++) {
      prints.add(new Tuple2<>(i, text(0, "The same sentence, again and again.")));
    }
    NearGroups groups = NearPairs.groups(spark.parallelizePairs(prints, 2), Likeness.TEXTS);

    assertThat(groups.first(1_999)).isZero();
    assertThat(groups.rank(1_999)).isEqualTo(1_999);
  }

  @Test
  void groupsAreKnownByOnePairForEachOtherMember() {
    NearGroups.Pairs even = new NearGroups.Pairs();
    NearGroups.Pairs odd = new NearGroups.Pairs();
    for (long i = 0; i < 2_000; i++) {
      for (long before = i - 2; before >= Math.max(0, i - 32); before -= 2) {
        (i % 2 == 0 ? even : odd).add(i, before);
      }
    }
    NearGroups.Pairs both = new NearGroups.Pairs();
    for (NearGroups.Pairs some : List.of(even, odd)) {
      long[] links = some.groups().links();
      assertThat(links).as("of 1,000 members").hasSize(2 * 999);
      both.addAll(links);
    }
    assertThat(both.groups().first(1_999)).isEqualTo(1);
    assertThat(both.groups().rank(1_999)).isEqualTo(999);
    assertThat(both.groups().isAlone(2_000)).isTrue();

    both.add(1_000, 1_001);
    assertThat(both.groups().first(1_999)).isZero();
    assertThat(both.groups().rank(1_999)).isEqualTo(1_999);
  }

  @Test
  void marksOrDropsRowsAboutCopiesOfAnImage() throws IOException {
    SplittableRandom random = new SplittableRandom(13);
    BufferedImage image = landscape(random);
    RawData data = new RawData(scratch);
    data.image("a.png", png(image)).image("b.jpg", copy(image, random));
    data.image("c.png", png(landscape(random)));
    data.row("a.png", "en", "<image> What is this?", "A hill, of course.");
    data.row("b.jpg", "en", "<image> what is this", "A hill of course!");
    data.row("b.jpg", "en", "<image> How is the sky?", "It is blue.");
    data.row("c.png", "en", "<image> What is this?", "A hill, of course.");
    data.row(null, "en", "What is this?", "A hill, of course.");
    data.json();

    PreprocessReport marked = run(data, "marked", NearDuplicates.MARK);
    assertThat(marked.totals()).isEqualTo(new Totals(5, 5, 0, 0));
    assertThat(marked.nearDuplicates()).isEqualTo(1);
    assertThat(marked.notes()).isEmpty();
    assertThat(marked.toText())
        .contains("Read 5 rows: 5 written, 0 duplicate, 0 rejected")
        .contains("1 says nearly the same as a row before it (near_rank)");
    PreprocessReport unchanged = run(data, "marked", NearDuplicates.MARK);
    assertThat(unchanged.unchanged()).isTrue();
    assertThat(unchanged.nearDuplicates()).isEqualTo(1);
    assertThat(ReportAlarm.parse("near_duplicate>0").raisedBy(marked))
        .contains("near_duplicate>0: it is 1");
    Map<String, Object[]> rows = values("marked", "image_group", "near_group", "near_rank");
    assertThat(rows.get("rows.json:1")[0])
        .isEqualTo(rows.get("rows.json:2")[0])
        .isEqualTo(rows.get("rows.json:3")[0])
        .isNotEqualTo(rows.get("rows.json:4")[0]);
    assertThat(rows.get("rows.json:5")[0]).isNull();
    assertThat(rows.get("rows.json:1")[1]).isNotNull().isEqualTo(rows.get("rows.json:2")[1]);
    assertThat(rows.get("rows.json:3")[1]).isNull();
    assertThat(rows.get("rows.json:4")[1]).isNull();
    assertThat(rows.values().stream().map(row -> row[2])).containsExactlyInAnyOrder(0, 1, 0, 0, 0);
    assertThat(rows.get("rows.json:2")[2]).isEqualTo(1);

    PreprocessReport dropped = run(data, "dropped", NearDuplicates.DROP);
    assertThat(dropped.totals()).isEqualTo(new Totals(5, 4, 1, 0));
    assertThat(dropped.toText())
        .contains("Read 5 rows: 4 written, 1 duplicate (1 of them nearly), 0 rejected");
    assertThat(values("dropped", "near_rank")).doesNotContainKey("rows.json:2");
  }

  @Test
  void keepsColumnsOfTheSourceAndTheSizeOfImages() throws IOException {
    RawData data = new RawData(scratch).good(3);
    data.raw(
        "{\"quality\":0.75,\"tags\":[1],\"conversations\":[{\"from\":\"human\",\"value\":\"Hi there, you\"},"
            + "{\"from\":\"gpt\",\"value\":\"Good morning to you\"}],\"language\":\"en\"}");
    data.json();
    RowReader reader =
        new RowReader(RecordFormat.AUTO, ConversationRules.PUBLISHED, List.of("quality", "tags"));
    PreprocessReport report =
        new PreprocessJob(spark, new OptionsBuilder(scratch).rows(reader).build(), line -> {})
            .run();

    assertThat(report.notes()).containsEntry("no value in column quality", 3L);
    Map<String, Object[]> rows = values("out", "quality", "tags", "image_width", "file");
    assertThat(rows.get("rows.json:4")).containsExactly("0.75", "[1]", null, "rows.json");
    assertThat(rows.get("rows.json:1")).containsExactly(null, null, 20, "rows.json");
    RowReader misspelt =
        new RowReader(RecordFormat.AUTO, ConversationRules.PUBLISHED, List.of("qualty"));
    assertThatThrownBy(
            () ->
                new PreprocessJob(
                        spark,
                        new OptionsBuilder(scratch).out("other").rows(misspelt).build(),
                        line -> {})
                    .run())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no row has a value in --column qualty");
  }

  private PreprocessReport run(RawData data, String out, NearDuplicates what) throws IOException {
    return new PreprocessJob(
            spark, new OptionsBuilder(data.folder).out(out).nearDuplicates(what).build(), l -> {})
        .run();
  }

  /** By source. */
  private Map<String, Object[]> values(String out, String... columns) throws IOException {
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(scratch.resolve(out).toUri());
    List<String> all = new ArrayList<>(List.of(columns));
    all.add("source");
    Map<String, Object[]> rows = new HashMap<>();
    ShardedDataset.open(FileSystems.of(folder, new Configuration()), folder)
        .forEachRow(
            all,
            (position, values) ->
                rows.put(values[columns.length].toString(), Arrays.copyOf(values, columns.length)));
    return rows;
  }

  private static byte[] text(long image, String text) {
    ByteBuffer print = ByteBuffer.allocate(Long.BYTES + TextPrint.BYTES).putLong(image);
    TextPrint.of(text).put(print);
    return print.array();
  }

  private static List<String> words(SplittableRandom random, int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(word(random.nextInt(400)));
    }
    return words;
  }

  private static String word(long number) {
    return "w" + Long.toString(number * 7919 + 46_656, 36).replaceAll("\\d", "q");
  }

  private static byte[] signature(byte[] file) {
    ByteBuffer print = ByteBuffer.allocate(ImageSignature.BYTES);
    ImageSignature.of(new ImageDecoder().decode(file)).put(print);
    return print.array();
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  /** Scaled by up to twice in either direction, then JPEG of quality 0.5 to 0.95. */
  private static byte[] copy(BufferedImage original, SplittableRandom random) throws IOException {
    double scale = Math.pow(2, 2 * random.nextDouble() - 1);
    int width = (int) Math.round(original.getWidth() * scale);
    int height = (int) Math.round(original.getHeight() * scale);
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(original, 0, 0, width, height, null);
    graphics.dispose();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(0.5f + 0.45f * random.nextInt(100) / 100);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(scaled, null, null), parameters);
    }
    writer.dispose();
    return out.toByteArray();
  }

  /** Sky above ground, with patches of light and colour of all sizes. */
  private static BufferedImage landscape(SplittableRandom random) {
    BufferedImage image = new BufferedImage(240, 180, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    int horizon = 70 + random.nextInt(40);
    graphics.setColor(new Color(150 + random.nextInt(60), 180 + random.nextInt(40), 230));
    graphics.fillRect(0, 0, 240, horizon);
    graphics.setColor(new Color(70 + random.nextInt(40), 110 + random.nextInt(40), 60));
    graphics.fillRect(0, horizon, 240, 180);
    for (int patch = 0; patch < 100; patch++) {
      int width = (int) (80 / (1 + 10 * random.nextDouble()));
      graphics.setColor(
          new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256), 90));
      graphics.fillOval(random.nextInt(240), random.nextInt(180), width, width * 2 / 3);
    }
    graphics.dispose();
    return image;
  }
}
