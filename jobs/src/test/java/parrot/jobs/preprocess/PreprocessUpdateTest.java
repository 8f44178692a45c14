package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.DatasetVersions;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import parrot.datasets.source.RowReader;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.LockLostException;
import parrot.jobs.spark.SparkSessions;

/** A data set that is brought up to date again and again. */
@Tag("slow")
class PreprocessUpdateTest {
  private static SparkSession session;

  @TempDir Path scratch;
  private RawData data;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("update test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @BeforeEach
  void prepare() throws IOException {
    data = new RawData(scratch);
    Files.createDirectories(scratch.resolve("in"));
  }

  @Test
  void makesTheBytesOfAPlainRunAtFirst() throws IOException {
    file("a.jsonl", rows(0, 40));
    update();
    run(options("plain"));
    for (ShardFile shard : open("plain").manifest().files()) {
      assertThat(scratch.resolve("out").resolve(shard.name()))
          .hasSameBinaryContentAs(scratch.resolve("plain").resolve(shard.name()));
    }
    assertThat(open("out").manifest().files()).isEqualTo(open("plain").manifest().files());
    assertThat(update().unchanged()).isTrue();
  }

  @Test
  void addsShardsForNewFilesAndLeavesTheOthersAlone() throws IOException {
    file("a.jsonl", rows(0, 100));
    update();
    Map<String, String> before = shards();

    List<String> added = rows(100, 3);
    added.add(rows(7, 1).get(0)); // a duplicate of a row in another file
    file("b.jsonl", added);
    PreprocessReport report = update();

    assertThat(report.totals()).isEqualTo(new Totals(104, 103, 1, 0));
    assertThat(shards()).containsAllEntriesOf(before).hasSize(before.size() + 1);
    assertThat(report.changes().newFiles()).isEqualTo(1);
    assertThat(report.changes().addedRows()).isEqualTo(3);
    assertThat(report.changes().removedRows()).isZero();
    assertThat(report.changes().keptShards()).isEqualTo(before.size());
    assertThat(report.toText()).contains("Updated: of 2 files 1 are new");
    assertSameRowsAsFromNothing();
    assertThat(update().unchanged()).isTrue();
  }

  @Test
  void writesOnlyShardsThatLostRowsAnew() throws IOException {
    List<String> rows = rows(0, 100);
    file("a.jsonl", rows);
    update();
    Map<String, String> before = shards();

    rows.remove(60);
    rows.add(0, rows(200, 1).get(0)); // now every row has another number
    rows.set(30, rows(201, 1).get(0));
    file("a.jsonl", rows);
    PreprocessReport report = update();

    assertThat(report.totals()).isEqualTo(new Totals(100, 100, 0, 0));
    assertThat(report.changes().changedFiles()).isEqualTo(1);
    assertThat(report.changes().addedRows()).isEqualTo(2);
    assertThat(report.changes().removedRows()).isEqualTo(2);
    assertThat(report.changes().removedShards()).isBetween(1, 2);
    Map<String, String> kept = new TreeMap<>(shards());
    kept.keySet().retainAll(before.keySet());
    assertThat(kept).hasSizeGreaterThanOrEqualTo(before.size() - 2);
    assertThat(before).containsAllEntriesOf(kept);
    assertSameRowsAsFromNothing();
  }

  @Test
  void knowsMovedRowsWithoutAnIdAndWithKeysOfSeveralLines() throws IOException {
    List<String> rows = rows(0, 100);
    rows.replaceAll(row -> row.replaceFirst("\"id\":\"r\\d+\",", "\"a\\\\nb\":1,"));
    file("a.jsonl", rows);
    update();

    rows.remove(60);
    rows.add(0, rows(200, 1).get(0));
    file("a.jsonl", rows);
    PreprocessReport report = update();

    assertThat(report.totals()).isEqualTo(new Totals(100, 100, 0, 0));
    assertThat(report.changes().addedRows()).isEqualTo(1);
    assertThat(report.changes().removedRows()).isEqualTo(1);
    assertSameRowsAsFromNothing();
  }

  @Test
  void keepsARowAsLongAsAnyFileHasIt() throws IOException {
    file("a.jsonl", rows(0, 20));
    file("b.jsonl", rows(15, 20));
    update();
    Files.delete(scratch.resolve("in/a.jsonl"));
    PreprocessReport report = update();

    assertThat(report.totals()).isEqualTo(new Totals(20, 20, 0, 0));
    assertThat(report.changes().removedFiles()).isEqualTo(1);
    assertThat(report.changes().removedRows()).isEqualTo(15);
    assertSameRowsAsFromNothing();

    file("b.jsonl", rows(17, 4));
    file("c.jsonl", rows(18, 9));
    assertThat(update().totals()).isEqualTo(new Totals(13, 10, 3, 0));
    assertSameRowsAsFromNothing();
  }

  @Test
  void noticesChangedImagesAndLanguages() throws IOException {
    List<String> rows = rows(0, 30);
    file("a.jsonl", rows);
    file("b.jsonl", rows(30, 10));
    update();
    data.image("4.png", RawData.png(new Color(1, 2, 3)));
    rows.set(5, rows.get(5).replace("\"language\":\"ru\"", "\"language\":\"tr\""));
    file("a.jsonl", rows);
    PreprocessReport report = update();

    assertThat(report.changes().changedFiles()).isEqualTo(1);
    assertThat(report.changes().addedRows()).isEqualTo(2);
    assertSameRowsAsFromNothing();
    assertThat(report.languages().get("tr").rows())
        .isEqualTo(open("nothing").manifest().languages().get("tr").rows());
    assertThat(open("out").manifest().languages())
        .isEqualTo(open("nothing").manifest().languages());
  }

  @Test
  void noticesChangedColumns() throws IOException {
    List<String> rows = rows(0, 30);
    rows.replaceAll(row -> row.replaceFirst("\\{", "{\"quality\":1,"));
    file("a.jsonl", rows);
    run(withQuality("out").update());
    rows.set(4, rows.get(4).replace("\"quality\":1", "\"quality\":2"));
    file("a.jsonl", rows);
    PreprocessReport report = run(withQuality("out").update());

    assertThat(report.changes().addedRows()).isEqualTo(1);
    assertThat(report.changes().removedRows()).isEqualTo(1);
    run(withQuality("nothing"));
    assertThat(contents("out")).isEqualTo(contents("nothing"));
    assertThat(rows(open("out")).stream().filter(row -> "2".equals(row.scores().get("quality"))))
        .hasSize(1);
  }

  private OptionsBuilder withQuality(String out) {
    RowReader usual = RowReader.DEFAULT;
    return options(out).rows(new RowReader(usual.format(), usual.rules(), List.of("quality")));
  }

  @Test
  void keepsRejectsUntilTheirFilesChange() throws IOException {
    file("a.jsonl", List.of("{broken}", rows(0, 1).get(0)));
    file("b.jsonl", List.of(rows(1, 1).get(0).replace("1.png", "late.png"), rows(2, 1).get(0)));
    assertThat(update().totals().rejected()).isEqualTo(2);
    file("c.jsonl", rows(3, 1));
    update();
    assertThat(rejects()).containsExactly("a.jsonl:1", "b.jsonl:1");

    data.image("late.png", RawData.png(Color.RED));
    PreprocessReport report = update();
    assertThat(report.totals()).isEqualTo(new Totals(5, 4, 0, 1));
    assertThat(rejects()).containsExactly("a.jsonl:1");

    file("a.jsonl", rows(0, 1));
    update();
    assertThat(scratch.resolve("out/rejected.parquet")).doesNotExist();
    assertSameRowsAsFromNothing();
  }

  @Test
  void goesOnFromTheStageAtWhichItWasKilled() throws IOException {
    for (String name : List.of("a", "b", "c", "d")) {
      file(name + ".jsonl", rows(25 * (name.charAt(0) - 'a'), 25));
    }
    run(options("undisturbed").stages(25));
    for (int stage : new int[] {2, 3}) {
      assertThatThrownBy(
              () ->
                  run(
                      options("out").stages(25),
                      line -> {
                        if (line.startsWith("Stage " + stage)) {
                          throw new IllegalStateException("killed");
                        }
                      }))
          .hasMessageContaining("killed");
      assertThat(scratch.resolve("out/_SUCCESS")).doesNotExist();
    }
    List<String> said = new ArrayList<>();
    run(options("out").stages(25), said::add);

    assertThat(said).contains("Going on with an update that was not finished");
    assertThat(open("out").manifest().files()).isEqualTo(open("undisturbed").manifest().files());
    assertThat(scratch.resolve("out/_draft")).doesNotExist();
    assertSameRowsAsFromNothing();
  }

  @Test
  void keepsTheVersionThatIsRead() throws IOException {
    file("a.jsonl", rows(0, 40));
    update();
    Configuration configuration = new Configuration();
    var files = FileSystems.of(scratch.toUri() + "/out", configuration);
    org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path(scratch.toUri() + "/out");
    List<TrainingExample> before;
    Map<String, String> shards = shards();
    try (DatasetVersions.Hold hold = DatasetVersions.hold(files, out)) {
      ShardedDataset read = ShardedDataset.open(files, out);
      before = rows(read);
      file("a.jsonl", rows(20, 40));
      update();
      ShardedDataset old = ShardedDataset.open(files, read.version());
      old.verify();
      assertThat(rows(old)).hasSameSizeAs(before);
      assertThat(rows(open("out"))).hasSize(40);
      assertThat(names("out", "part-")).containsAll(shards.keySet());
    }
    file("a.jsonl", rows(21, 40));
    update();
    assertThat(names("out", "part-"))
        .containsExactlyElementsOf(
            open("out").manifest().files().stream().map(ShardFile::name).toList());
    assertThat(names("out/_versions", "")).hasSize(1);
  }

  @Test
  void joinsSmallShardsNightByNight() throws IOException {
    file("base.jsonl", rows(0, 48));
    update();
    Map<String, String> base = shards();
    for (int night = 0; night < 3; night++) {
      file("night" + night + ".jsonl", rows(48 + night, 1));
      update();
    }
    assertThat(shards()).containsAllEntriesOf(base).hasSize(base.size() + 1);
    assertSameRowsAsFromNothing();
  }

  @Test
  void writesNothingOnceAnotherRunHasTakenOver() throws IOException {
    file("a.jsonl", rows(0, 25));
    file("b.jsonl", rows(25, 25));
    List<String> before = new ArrayList<>();
    assertThatThrownBy(
            () ->
                run(
                    options("out").update().stages(25),
                    line -> {
                      if (line.startsWith("Stage 2")) {
                        before.addAll(takeOver());
                      }
                    }))
        .isInstanceOf(LockLostException.class);
    assertThat(before).isNotEmpty();
    assertThat(names("out", "part-")).isEqualTo(before);
  }

  private List<String> takeOver() {
    try {
      Files.writeString(scratch.resolve(".out.lock"), "owner=another\n");
      return names("out", "part-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void removesNothingOfADamagedDataSet() throws IOException {
    file("a.jsonl", rows(0, 25));
    update();
    Path shard = scratch.resolve("out").resolve(names("out", "part-").get(0));
    byte[] whole = Files.readAllBytes(shard);
    file("b.jsonl", rows(25, 1));
    Files.write(shard, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(this::update)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("delete the data set and make it anew");

    Files.write(shard, whole);
    String version = names("out/_versions", "").get(0);
    Files.delete(scratch.resolve("out/_versions").resolve(version).resolve("state.json"));
    List<String> before = names("out", "");
    assertThatThrownBy(this::update)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("state.json, which belongs to its manifest, is missing");
    assertThat(names("out", "")).isEqualTo(before);
    open("out").verify();
  }

  @Test
  void refusesWhatItCannotUpdate() throws IOException {
    file("a.jsonl", rows(0, 5));
    run(options("out"));
    file("b.jsonl", rows(5, 5));
    assertThatThrownBy(this::update)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("it was not made with --update");
    run(options("other").update());
    assertThatThrownBy(() -> run(options("other").update().seed(4)))
        .isInstanceOf(UsageException.class);
    file("c.jsonl", rows(10, 5));
    assertThatThrownBy(() -> run(options("other").update().seed(4)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("it was made with other options: seed (was 0, is 4)");
    OptionsBuilder near = options("other").update().nearDuplicates(NearDuplicates.MARK);
    assertThatThrownBy(near::build)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Invalid --near-duplicates: mark together with --update");
  }

  private List<String> rows(int first, int count) {
    RawData made = new RawData(scratch);
    for (int i = 0; i < first; i++) {
      made.rows.add("");
    }
    made.good(count);
    return new ArrayList<>(made.rows.subList(first, first + count));
  }

  private void file(String name, List<String> rows) {
    data.write("in/" + name, String.join("\n", rows) + "\n");
  }

  private OptionsBuilder options(String out) {
    return new OptionsBuilder(scratch).input(scratch + "/in").out(out).maxRejected(0.6);
  }

  private PreprocessReport update() throws IOException {
    return run(options("out").update());
  }

  private PreprocessReport run(OptionsBuilder options) throws IOException {
    return run(options, line -> {});
  }

  private static PreprocessReport run(OptionsBuilder options, Consumer<String> console)
      throws IOException {
    return new PreprocessJob(SparkSessions.context(session), options.build(), console).run();
  }

  /** All rows of {@code out} are those of a run from nothing, beside their place in the source. */
  private void assertSameRowsAsFromNothing() throws IOException {
    run(options("nothing").overwrite());
    open("out").verify();
    assertThat(contents("out")).isEqualTo(contents("nothing"));
    assertThat(open("out").manifest().totals()).isEqualTo(open("nothing").manifest().totals());
  }

  private TreeSet<String> contents(String name) throws IOException {
    TreeSet<String> contents = new TreeSet<>();
    for (TrainingExample row : rows(open(name))) {
      String pixels = row.pixels() == null ? "" : Digests.sha256(row.pixels());
      String line =
          row.language().tag()
              + Arrays.toString(row.tokenIds())
              + Arrays.toString(row.labels())
              + pixels
              + row.scores();
      assertThat(contents.add(line)).isTrue();
    }
    return contents;
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

  private ShardedDataset open(String name) throws IOException {
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(scratch.toUri() + "/" + name);
    return ShardedDataset.open(FileSystems.of(folder, new Configuration()), folder);
  }

  private Map<String, String> shards() throws IOException {
    Map<String, String> shards = new TreeMap<>();
    for (ShardFile shard : open("out").manifest().files()) {
      shards.put(
          shard.name(),
          Digests.sha256(Files.readAllBytes(scratch.resolve("out").resolve(shard.name()))));
    }
    return shards;
  }

  private List<String> rejects() throws IOException {
    org.apache.hadoop.fs.Path file =
        new org.apache.hadoop.fs.Path(scratch.toUri() + "/out/rejected.parquet");
    return RejectFile.read(file, new Configuration()).stream()
        .map(Reject::origin)
        .sorted()
        .toList();
  }

  private List<String> names(String folder, String prefix) throws IOException {
    try (Stream<Path> list = Files.list(scratch.resolve(folder))) {
      return list.map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .sorted()
          .toList();
    }
  }
}
