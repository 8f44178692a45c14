package parrot.datasets.shard;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

class ShardsTest {
  private static final int SIZE = 8;

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;
  private Path folder;

  @BeforeEach
  void locate() {
    folder = new Path(scratch.resolve("set").toUri());
    files = FileSystems.of(folder, new Configuration());
  }

  @Test
  void readsBackWhatWasWritten() throws IOException {
    List<TrainingExample> rows = examples(10, 1);
    publish(List.of(rows.subList(0, 7), rows.subList(7, 10)), 3);

    ShardedDataset dataset = ShardedDataset.open(files, folder, new RowGroupCache(1 << 20));

    assertThat(dataset.manifest().files().get(0).rowGroupRows()).containsExactly(3, 3, 1);
    assertThat(dataset.manifest().files().get(1).rowGroupRows()).containsExactly(3);
    List<TrainingExample> read = new ArrayList<>();
    for (int shard = 0; shard < dataset.shards(); shard++) {
      for (int group = 0; group < dataset.rowGroups(shard); group++) {
        assertThat(dataset.read(shard, group)).hasSize(dataset.rows(shard, group));
        read.addAll(dataset.read(shard, group));
      }
    }
    assertThat(read).isEqualTo(rows);
    assertThat(dataset.read(List.of(new RowRef(1, 0, 2), new RowRef(0, 1, 0))))
        .containsExactly(rows.get(9), rows.get(3));
  }

  @Test
  void writesTheSameBytesForTheSameRows() throws IOException {
    ShardFile first = write(new Path(folder, "a.parquet"), examples(9, 1), 4);
    ShardFile second = write(new Path(folder, "b.parquet"), examples(9, 1), 4);

    assertThat(second.sha256()).isEqualTo(first.sha256());
    assertThat(second.bytes()).isEqualTo(first.bytes());
    assertThat(Digests.sha256(files, new Path(folder, "a.parquet"))).isEqualTo(first.sha256());
    assertThat(files.getFileStatus(new Path(folder, "a.parquet")).getLen())
        .isEqualTo(first.bytes());
  }

  /** Parquet lists them in the order of a hash set, which differs from process to process. */
  @Test
  void listsTheEncodingsOfAColumnInOrder() throws IOException {
    Path file = new Path(folder, "a.parquet");
    write(file, examples(9, 1), 4);

    List<List<Encoding>> encodings = new ArrayList<>();
    try (FSDataInputStream in = files.open(file)) {
      byte[] bytes = in.readAllBytes();
      int length = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN).getInt(bytes.length - 8);
      in.seek(bytes.length - 8L - length);
      for (RowGroup group : Util.readFileMetaData(in).getRow_groups()) {
        for (ColumnChunk column : group.getColumns()) {
          encodings.add(column.getMeta_data().getEncodings());
        }
      }
    }

    assertThat(encodings).hasSizeGreaterThan(10).allSatisfy(list -> assertThat(list).isSorted());
  }

  @Test
  void decodesARowGroupOnceWhileTheCacheHoldsIt() throws IOException {
    publish(List.of(examples(12, 1)), 4);
    RowGroupCache large = new RowGroupCache(1 << 20);
    ShardedDataset dataset = ShardedDataset.open(files, folder, large);
    for (int i = 0; i < 5; i++) {
      dataset.read(List.of(new RowRef(0, 0, 1), new RowRef(0, 2, 3)));
    }
    assertThat(large.loads()).isEqualTo(2);

    RowGroupCache tiny = new RowGroupCache(1);
    dataset = ShardedDataset.open(files, folder, tiny);
    dataset.read(List.of(new RowRef(0, 0, 0), new RowRef(0, 1, 0), new RowRef(0, 0, 0)));
    // The newest group stays, however small the cache.
    long newest = dataset.read(0, 0).stream().mapToLong(TrainingExample::bytes).sum();
    assertThat(tiny.bytes()).isEqualTo(newest);
    assertThat(tiny.loads()).isEqualTo(3);
  }

  @Test
  void refusesAFolderThatIsNotFinished() throws IOException {
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no such folder");
    publish(List.of(examples(3, 1)), 4);
    Files.delete(scratch.resolve("set/_SUCCESS"));
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no _SUCCESS file");
    Files.createFile(scratch.resolve("set/_SUCCESS"));
    Files.delete(scratch.resolve("set/manifest.json"));
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("manifest.json: it does not exist");
  }

  @Test
  void refusesAFileThatChanged() throws IOException {
    publish(List.of(examples(3, 1)), 4);
    java.nio.file.Path part = scratch.resolve("set/part-00000.parquet");
    byte[] bytes = Files.readAllBytes(part);
    bytes[100] ^= 1;
    Files.write(part, bytes);
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("part-00000.parquet: wrong checksum");

    Files.write(part, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .hasMessageContaining("wrong size (got " + (bytes.length - 1) + ", expected ");

    Files.delete(part);
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .hasMessageContaining("it is missing, but the manifest lists it");
  }

  @Test
  void keepsTheFingerprintOfTheManifestThatWasOpened() throws IOException {
    publish(List.of(examples(3, 1)), 4);
    java.nio.file.Path file = scratch.resolve("set/manifest.json");
    String opened = Digests.sha256(Files.readAllBytes(file));
    ShardedDataset dataset = ShardedDataset.open(files, folder);
    Files.writeString(file, "{}");
    assertThat(dataset.fingerprint()).isEqualTo(opened).isEqualTo(dataset.manifest().fingerprint());
  }

  @Test
  void checksSizeAndRowsWhenReadingAfterOpening() throws IOException {
    publish(List.of(examples(3, 1)), 4);
    ShardedDataset dataset = ShardedDataset.open(files, folder, new RowGroupCache(1 << 20));
    files.delete(new Path(folder, "part-00000.parquet"), false);
    write(new Path(folder, "part-00000.parquet"), examples(2, 1), 4);

    assertThatThrownBy(() -> dataset.read(0, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("wrong size");
  }

  @Test
  void refusesAnUnknownSchemaVersionAnotherTokenizerAndAnotherImageSize() throws IOException {
    publish(List.of(examples(3, 1)), 4);
    ShardedDataset dataset = ShardedDataset.open(files, folder);
    assertThat(dataset.requireTokenizer("bytes").requireImageSize(SIZE)).isSameAs(dataset);
    assertThatThrownBy(() -> dataset.requireTokenizer("other"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("another tokenizer (got bytes, expected other)");
    assertThat(dataset.requireEncoder(VisionEncoder.CLIP)).isSameAs(dataset);
    assertThatThrownBy(() -> dataset.requireEncoder(VisionEncoder.SIGLIP))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith(
            ": its images are prepared for another vision encoder (got clip, expected siglip);"
                + " preprocess again with --vision siglip");
    assertThatThrownBy(() -> dataset.requireImageSize(336))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("wrong image size (got 8, expected 336)");

    java.nio.file.Path manifest = scratch.resolve("set/manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"schemaVersion\" : 1", "\"schemaVersion\" : 7"));
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("unknown schema version (got 7, expected 1)");
    Files.writeString(manifest, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> ShardedDataset.open(files, folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot read ");
  }

  @Test
  void refusesImagesOfAnotherSizeAndTotalsThatDoNotAddUp() throws IOException {
    try (ShardWriter writer = new ShardWriter(files, new Path(folder, "x.parquet"), SIZE, 4)) {
      TrainingExample wrong =
          new TrainingExample("1", Language.EN, new int[1], new int[1], new byte[5], "a.json:1");
      assertThatThrownBy(() -> writer.write(wrong))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("wrong image size (got 5 bytes, expected 8 x 8 x 3)");
    }
    assertThatThrownBy(() -> new Totals(10, 5, 2, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not add up (read 10, written 5, duplicate 2, rejected 2)");
  }

  @Test
  void choosesRowGroupsOfAFewDozenMebibytes() {
    long bytes = 3L * 336 * 336 * ShardWriter.defaultRowGroupRows(336);
    assertThat(bytes).isBetween(16L << 20, 64L << 20);
    assertThat(ShardWriter.defaultRowGroupRows(56)).isBetween(256, 4096);
  }

  @Test
  void findsPercentilesOfLengths() {
    Map<Integer, Long> lengths = new TreeMap<>(Map.of(10, 50L, 20, 45L, 30, 5L));
    LanguageStatistics statistics = LanguageStatistics.of(7, 8, 9, lengths);
    assertThat(statistics).isEqualTo(new LanguageStatistics(100, 7, 8, 9, 10, 10, 20, 30, 30));
  }

  /** Rows with random content, every third without an image. */
  static List<TrainingExample> examples(int count, long seed) {
    Random random = new Random(seed);
    List<TrainingExample> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(1 + random.nextInt(400), -200, 151936).toArray();
      int[] labels = random.ints(ids.length, -100, 151936).toArray();
      byte[] pixels = i % 3 == 2 ? null : new byte[3 * SIZE * SIZE];
      if (pixels != null) {
        random.nextBytes(pixels);
      }
      Language language = Language.PUBLISHED.get(i % 6);
      rows.add(
          new TrainingExample("مثال " + i, language, ids, labels, pixels, "a.json:" + (i + 1)));
    }
    return rows;
  }

  private ShardFile write(Path file, List<TrainingExample> rows, int groupRows) throws IOException {
    ShardWriter writer = new ShardWriter(files, file, SIZE, groupRows);
    try (writer) {
      for (TrainingExample row : rows) {
        writer.write(row);
      }
    }
    return writer.description();
  }

  private void publish(List<List<TrainingExample>> shards, int groupRows) throws IOException {
    try (AtomicFolder out = AtomicFolder.create(files, folder, false)) {
      List<ShardFile> written = new ArrayList<>();
      long rows = 0;
      for (List<TrainingExample> shard : shards) {
        String name = "part-%05d.parquet".formatted(written.size());
        written.add(write(new Path(out.path(), name), shard, groupRows));
        rows += shard.size();
      }
      new Manifest(
              ShardSchema.VERSION,
              "bytes",
              SIZE,
              new Totals(rows + 3, rows, 1, 2),
              new TreeMap<>(Map.of("en", LanguageStatistics.of(1, 2, 0, Map.of(5, rows)))),
              new TreeMap<>(Map.of("NO_ANSWER", 2L)),
              new TreeMap<>(Map.of("seed", "1")),
              "fingerprint",
              written)
          .write(files, out.path());
      out.publish();
    }
  }
}
