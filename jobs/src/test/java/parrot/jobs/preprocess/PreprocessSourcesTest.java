package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.PassedOver;
import parrot.jobs.spark.SparkSessions;

/** Inputs as they lie about: folders of many kinds, packed files, damaged ones, links. */
@Tag("slow")
class PreprocessSourcesTest {
  private static SparkSession session;
  private static JavaSparkContext spark;

  @TempDir Path scratch;
  private final List<String> console = new ArrayList<>();

  @BeforeAll
  static void start() {
    session = SparkSessions.create("preprocess sources test", "local[2]", Map.of());
    spark = SparkSessions.context(session);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void readsEveryFileWithRowsAndNamesTheOthers() throws IOException {
    RawData data = new RawData(scratch).good(30);
    Path in = Files.createDirectories(scratch.resolve("in/sub"));
    data.write("in/C.JSONL", lines(data, 0, 5));
    data.write("in/e.ndjson", lines(data, 5, 10));
    data.write("in/part-00000", lines(data, 10, 15));
    data.write("in/sub/d.json", data.rows.subList(15, 20) + "\n" + data.rows.subList(20, 25));
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(in.resolve("b.jsonl.gz")))) {
      out.write(lines(data, 25, 30).getBytes(StandardCharsets.UTF_8));
    }
    data.write("in/._C.JSONL", "\0\u0005");
    data.write("in/_SUCCESS", "");
    data.write("in/README.md", "[![badge](x)](y)");
    data.write("in/dataset_info.json", "{\n \"x\": {\"file_name\": \"C.JSONL\"}\n}");
    data.write("in/empty.jsonl", "");
    Files.createSymbolicLink(in.resolve("loop"), scratch.resolve("in"));

    PreprocessOptions options =
        new OptionsBuilder(scratch).input(scratch + "/in").out("in/out").build();
    PreprocessReport report = run(options);
    assertThat(report.totals()).isEqualTo(new Totals(30, 30, 0, 0));
    assertThat(report.reading().files()).isEqualTo(5);
    assertThat(String.join("\n", console))
        .contains("Files passed over:")
        .contains("2 hidden by the dot or underscore of its name: ")
        .contains("1 text that is not JSON: README.md")
        .contains("1 one JSON object over several lines, not JSON lines: dataset_info.json")
        .contains("1 without rows: empty.jsonl");
    assertThat(
            new ObjectMapper()
                .readTree(scratch.resolve("in/out/report.json").toFile())
                .at("/reading/passedOver/without rows/names/0")
                .textValue())
        .isEqualTo("empty.jsonl");
    assertThat(run(options).unchanged()).isTrue();

    data.write("in/pointer.jsonl", "version https://git-lfs.github.com/spec/v1\n");
    assertThatThrownBy(() -> run(options))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot read pointer.jsonl: ")
        .hasMessageContaining("a git-lfs pointer and not the file itself; run git lfs pull");
  }

  @Test
  void endsAtADamagedFileWhateverItsShareAndGoesOnOnRequest() throws IOException {
    RawData data = new RawData(scratch).good(40);
    String text = Files.readString(Path.of(data.json()));
    data.write("rows.json", text.substring(0, text.length() - 20));

    OptionsBuilder options = new OptionsBuilder(scratch).maxRejected(1);
    assertThatThrownBy(() -> run(options.build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "Cannot read rows.json: it is damaged at byte " + (text.length() - 20))
        .hasMessageContaining("the last whole row is 39")
        .hasMessageContaining("--resynchronise");
    PreprocessReport report = run(options.resynchronise().build());
    assertThat(report.totals()).isEqualTo(new Totals(40, 39, 0, 1));
    assertThat(report.reading().lostBytes()).isPositive();
    assertThat(report.rejected()).containsOnlyKeys("BROKEN_FILE");
    assertThat(console).anyMatch(line -> line.startsWith("rows.json is damaged, in one place: "));
  }

  @Test
  void refusesAFolderWithAnArchiveOrTableThatOnlyItsNameTells() throws IOException {
    RawData data = new RawData(scratch).good(3);
    Files.createDirectories(scratch.resolve("in"));
    data.write("in/a.jsonl", lines(data, 0, 3));
    for (String name : List.of("b.tar", "c.parquet", "d.tar.gz")) {
      data.write("in/" + name, "<!DOCTYPE html><html>not found</html>");
      assertThatThrownBy(() -> run(new OptionsBuilder(scratch).input(scratch + "/in").build()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("Cannot read " + name);
      Files.delete(scratch.resolve("in").resolve(name));
    }
  }

  @Test
  void readsImagesBehindLinksAndAbsolutePathsThatAreAllowed() throws IOException {
    RawData data = new RawData(scratch).good(1);
    Path disk = Files.createDirectories(scratch.resolve("disk/coco"));
    Files.write(disk.resolve("1.png"), RawData.png(Color.RED));
    Files.createSymbolicLink(scratch.resolve("images/coco"), disk);
    Files.createSymbolicLink(scratch.resolve("images/loop"), scratch.resolve("images"));
    data.row("coco/1.png", "en", "<image> What is behind the link?", "A square.");
    data.row(disk.resolve("1.png").toString(), "en", "<image> What is over there?", "A square.");
    data.json();

    OptionsBuilder options = new OptionsBuilder(scratch).maxRejected(0.9);
    Files.createDirectories(scratch.resolve("mistaken/coco"));
    Path times = Files.write(scratch.resolve("mistaken/coco/1.png"), RawData.png(Color.RED));
    Files.setLastModifiedTime(times, Files.getLastModifiedTime(disk.resolve("1.png")));
    PreprocessReport refused =
        run(new OptionsBuilder(scratch).maxRejected(0.9).allowRoot(scratch + "/mistaken").build());
    assertThat(refused.totals()).isEqualTo(new Totals(3, 1, 0, 2));
    assertThat(refused.toText()).contains("pass --allow-root with the folder");
    PreprocessReport allowed = run(options.allowRoot(scratch + "/disk").overwrite().build());
    assertThat(allowed.totals()).isEqualTo(new Totals(3, 3, 0, 0));
    assertThatThrownBy(() -> options.allowRoot("/").build())
        .isInstanceOf(UsageException.class)
        .hasMessage("Invalid --allow-root: / (must be a folder, not the whole file system)");
  }

  @Test
  void accountsForEachRowAndFileWhateverHappensToThem() throws IOException {
    int sources = 40;
    RawData data = new RawData(scratch).good(sources);
    byte[] whole = lines(data, 0, sources).getBytes(StandardCharsets.UTF_8);
    Files.createDirectories(scratch.resolve("in"));
    for (int seed = 0; seed < sources; seed++) {
      Random random = new Random(seed);
      Files.write(scratch.resolve("in/part-" + seed), damaged(whole, random));
      Path image = scratch.resolve("images/" + seed + ".png");
      Files.write(image, damaged(Files.readAllBytes(image), random));
    }
    PreprocessReport report =
        run(
            new OptionsBuilder(scratch)
                .input(scratch + "/in")
                .maxRejected(1)
                .resynchronise()
                .build());
    long passedOver =
        report.reading().passedOver().values().stream().mapToLong(PassedOver.Group::files).sum();
    assertThat(report.reading().files() + passedOver).isEqualTo(sources);
    Totals totals = report.totals();
    assertThat(totals.read()).isGreaterThan(sources * report.reading().files() / 2);
    assertThat(totals.read()).isEqualTo(totals.written() + totals.duplicate() + totals.rejected());
    assertThat(report.rejected()).containsKeys("BROKEN_FILE", "PICTURE_TRUNCATED");
  }

  /** Cut off, or with some bytes changed. */
  private static byte[] damaged(byte[] whole, Random random) {
    int at = whole.length / 2 + random.nextInt(whole.length / 2);
    if (random.nextBoolean()) {
      return Arrays.copyOf(whole, at);
    }
    byte[] noise = new byte[Math.min(whole.length - at, 1 + random.nextInt(40))];
    random.nextBytes(noise);
    byte[] changed = whole.clone();
    System.arraycopy(noise, 0, changed, at, noise.length);
    return changed;
  }

  private PreprocessReport run(PreprocessOptions options) throws IOException {
    return new PreprocessJob(spark, options, console::add).run();
  }

  private static String lines(RawData data, int from, int to) {
    return String.join("\n", data.rows.subList(from, to)) + "\n";
  }
}
