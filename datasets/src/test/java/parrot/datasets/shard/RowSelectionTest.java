package parrot.datasets.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;

class RowSelectionTest {
  private static final int ROWS = 120;

  @TempDir java.nio.file.Path scratch;

  private ShardedDataset dataset;

  /**
   * Row i has quality i / 100 unless i is a multiple of 10, and image i / 4 unless i is odd. Odd
   * rows say nearly the same as the one six before or after.
   */
  @BeforeEach
  void write() throws IOException {
    Path folder = new Path(scratch.resolve("shards").toUri());
    FileSystem files = FileSystems.of(folder, new Configuration());
    try (AtomicFolder out = AtomicFolder.create(files, folder, false)) {
      List<ShardFile> shards = new ArrayList<>();
      for (int shard = 0; shard < 2; shard++) {
        Path file = new Path(out.path(), "part-" + shard + ".parquet");
        ShardWriter writer = new ShardWriter(files, file, 2, 8, List.of("quality"));
        for (int i = shard * ROWS / 2; i < (shard + 1) * ROWS / 2; i++) {
          writer.write(row(i));
        }
        writer.close();
        shards.add(writer.description());
      }
      new Manifest(
              ShardSchema.VERSION,
              "none",
              2,
              new Totals(ROWS, ROWS, 0, 0),
              new TreeMap<>(),
              new TreeMap<>(),
              new TreeMap<>(),
              "",
              shards)
          .write(files, out.path());
      out.publish();
    }
    dataset = ShardedDataset.open(files, folder);
  }

  private static TrainingExample row(int i) {
    int[] ids = new int[1 + i % 5];
    TrainingExample row =
        new TrainingExample(
            "r" + i, i % 3 == 0 ? Language.ZH : Language.EN, ids, ids.clone(), null, "a.json:" + i);
    row = i % 10 == 0 ? row : row.withScore("quality", Double.toString(i / 100.0));
    return i % 2 == 1
        ? row.withScore(ShardSchema.NEAR_GROUP, (long) i / 12 * 12 + i % 6)
        : row.withScore(ShardSchema.IMAGE_GROUP, (long) i / 4);
  }

  private RowSelection where(String... conditions) throws IOException {
    return RowSelection.all(dataset).where(RowFilter.parse(List.of(conditions)), new ArrayList<>());
  }

  @Test
  void readsScoresBack() throws IOException {
    assertThat(dataset.read(0, 0).get(3)).isEqualTo(row(3));
    assertThat(dataset.read(1, 2).get(1)).isEqualTo(row(ROWS / 2 + 17));
  }

  @Test
  void keepsRowsThatPassAllConditions() throws IOException {
    assertThat(where().count()).isEqualTo(ROWS);
    assertThat(where("quality >= 0.5").count()).isEqualTo(70 - 7);
    assertThat(where("quality >= 0.5 or none").count()).isEqualTo(70 + 5);
    assertThat(where("quality>=0.5", "quality < 0.6").count()).isEqualTo(9);
    assertThat(where("language = zh").count()).isEqualTo(40);
    assertThat(where("language != zh", "tokens == 2").count()).isEqualTo(16);
    assertThat(where("file = a.json").count()).isEqualTo(ROWS);
    assertThat(where("source = a.json:7", "answer_tokens <= 3").count()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "900719925474099301, 900719925474099302, false",
    "007, 7, false",
    "1d, 1, false",
    "0.5, 0.50, true",
    "5, 5.0, true",
    "1e2, 100, true",
    "007, 007, true"
  })
  void takesTextsAsEqualIfTheyAreTheSameTextOrNumber(String value, String found, boolean same) {
    assertThat(RowFilter.Condition.parse("id = " + value).holds(found)).isEqualTo(same);
    assertThat(RowFilter.Condition.parse("id != " + value).holds(found)).isEqualTo(!same);
  }

  @Test
  void saysWhatEachConditionLeavesOut() throws IOException {
    List<String> lines = new ArrayList<>();
    RowSelection.all(dataset)
        .where(RowFilter.parse(List.of("quality >= 0.5", "language = en")), lines);

    assertThat(lines)
        .containsExactly(
            "quality >= 0.5 leaves out 57, 12 of them without a value",
            "language = en leaves out 21");
  }

  @Test
  void writesNumbersTheSameOnEveryMachine() {
    RowFilter.Counts counts = new RowFilter.Counts(RowFilter.parse(List.of("quality >= 0.5")));
    for (int i = 0; i < 1_200; i++) {
      assertThat(counts.keeps(List.of("quality"), new Object[1])).isFalse();
    }
    RowLimit limit =
        new RowLimit("file", OptionalLong.of(1_200), OptionalDouble.empty(), RowLimit.Take.FIRST);
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(counts.lines())
          .containsExactly("quality >= 0.5 leaves out 1,200, 1,200 of them without a value");
      assertThat(limit).hasToString("1,200 rows of each file, first");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void leavesOtherRowsOutOfTheOrder() throws IOException {
    ShardedDataset chosen = dataset.only(where("quality >= 0.5"));

    assertThat(
            chosen.languages().stream()
                .flatMap(List::stream)
                .flatMap(List::stream)
                .filter(Objects::nonNull))
        .hasSize(63);
    assertThat(chosen.read(0, 0)).hasSize(8);
  }

  @Test
  void knowsWhetherPartsShareRows() throws IOException {
    ShardedDataset chinese = dataset.only(where("language = zh"));

    assertThat(chinese.sharesRows(dataset.only(where("language = en")))).isFalse();
    assertThat(chinese.sharesRows(dataset.only(where("tokens = 2")))).isTrue();
    assertThat(chinese.sharesRows(dataset)).isTrue();
  }

  @Test
  void namesTheColumnsThatThereAre() {
    assertThatThrownBy(() -> where("qualty > 1"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("by qualty: it has no such column")
        .hasMessageContaining("answer_tokens")
        .hasMessageContaining("quality")
        .hasMessageContaining("delete the folder and preprocess again, with --column qualty");
    assertThatThrownBy(() -> where("pixels = 1", "labels = 3")).isInstanceOf(DataException.class);
  }

  @Test
  void namesTheOptionOnlyForColumnsOfTheSourceIfShardsAreOlderThanScores() throws IOException {
    Path file = new Path(scratch.resolve("old.parquet").toUri());
    var writer =
        ExampleParquetWriter.builder(file)
            .withType(ShardSchema.TYPE)
            .withExtraMetaData(Map.of(ShardSchema.VERSION_KEY, "" + ShardSchema.VERSION));
    writer.build().close();

    try (ShardReader old = new ShardReader(FileSystems.of(file, new Configuration()), file)) {
      assertThatThrownBy(() -> old.forEachRow(List.of("image_group"), values -> {}))
          .isInstanceOf(DataException.class)
          .hasMessageEndingWith("and file; delete the folder and preprocess again)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"quality", "quality >", "> 3", "quality > high", "quality ~ 3", ""})
  void refusesWhatIsNoCondition(String condition) {
    assertThatThrownBy(() -> RowFilter.parse(List.of(condition)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Invalid where: " + condition);
  }

  @Test
  void limitsRowsOfEachKind() throws IOException {
    RowSelection all = RowSelection.all(dataset);
    RowLimit first =
        new RowLimit("language", OptionalLong.of(5), OptionalDouble.empty(), RowLimit.Take.FIRST);
    RowSelection ten = all.within(first, 1);
    assertThat(ten.count()).isEqualTo(10);
    assertThat(ten.has(0)).isTrue();
    assertThat(ten.has(12)).isTrue();
    assertThat(ten.has(15)).isFalse();

    RowLimit random =
        new RowLimit(
            "language", OptionalLong.empty(), OptionalDouble.of(0.25), RowLimit.Take.RANDOM);
    assertThat(all.within(random, 1).count()).isEqualTo(60);
    assertThat(positions(all.within(random, 1)))
        .isEqualTo(positions(all.within(random, 1)))
        .isNotEqualTo(positions(all.within(random, 2)));

    RowLimit lengths =
        new RowLimit("tokens", OptionalLong.of(3), OptionalDouble.empty(), RowLimit.Take.RANDOM);
    assertThat(all.within(lengths, 1).count()).as("1, 2, 3 and 4, 5").isEqualTo(12);
  }

  @Test
  void doesNotLimitRowsWithoutAValue() throws IOException {
    RowLimit one =
        new RowLimit(
            ShardSchema.IMAGE_GROUP,
            OptionalLong.of(1),
            OptionalDouble.empty(),
            RowLimit.Take.FIRST);

    assertThat(RowSelection.all(dataset).within(one, 1).count())
        .as("30 images, 60 rows without one")
        .isEqualTo(30 + 60);
  }

  @Test
  void holdsOutWholeGroupsOfImagesAndOfNearDuplicates() throws IOException {
    List<RowSelection> parts = RowSelection.all(dataset).split(0.3, 5);
    Set<Integer> train = positions(parts.get(0));
    Set<Integer> heldOut = positions(parts.get(1));

    assertThat(train).doesNotContainAnyElementsOf(heldOut);
    assertThat(train.size() + heldOut.size()).isEqualTo(ROWS);
    assertThat(heldOut.size()).isBetween(20, 55);
    for (int i = 0; i < ROWS; i += 4) {
      assertThat(heldOut.contains(i)).isEqualTo(heldOut.contains(i + 2));
    }
    for (int i = 1; i < ROWS; i += i % 12 == 5 ? 8 : 2) {
      assertThat(heldOut.contains(i)).as("row %d", i).isEqualTo(heldOut.contains(i + 6));
    }
  }

  private static Set<Integer> positions(RowSelection rows) {
    Set<Integer> positions = new HashSet<>();
    for (int i = 0; i < ROWS; i++) {
      if (rows.has(i)) {
        positions.add(i);
      }
    }
    return positions;
  }
}
