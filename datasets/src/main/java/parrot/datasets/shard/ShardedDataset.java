package parrot.datasets.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.Digests;

/**
 * A published data set. Opening checks that it is whole: {@code _SUCCESS}, manifest, every file
 * with its size, and the checksums of small sets; {@link #verify()} takes all checksums.
 */
public final class ShardedDataset {
  /** Up to this many bytes, checksums are verified whenever a set is opened. */
  static final long VERIFY_AT_OPEN = 64L << 20;

  private final FileSystem files;
  private final Path folder;
  private final Path shards;
  private final Manifest manifest;
  private final String fingerprint;
  private final RowGroupCache cache;
  private final boolean[] checked;
  private final RowSelection selection; // null for all rows

  private ShardedDataset(
      FileSystem files,
      Path folder,
      Manifest manifest,
      String fingerprint,
      RowGroupCache cache,
      RowSelection selection) {
    this.files = files;
    this.folder = folder;
    this.shards = DatasetVersions.shards(folder);
    this.manifest = manifest;
    this.fingerprint = fingerprint;
    this.cache = cache;
    this.checked = new boolean[manifest.files().size()];
    this.selection = selection;
  }

  /**
   * Opens a set with the row-group cache of this JVM.
   *
   * @throws DataException if it is missing, incomplete, changed, or of an unknown version
   */
  public static ShardedDataset open(FileSystem files, Path folder) throws IOException {
    return open(files, folder, RowGroupCache.shared());
  }

  public static ShardedDataset open(FileSystem files, Path folder, RowGroupCache cache)
      throws IOException {
    Path full = files.makeQualified(folder);
    if (!files.exists(full)) {
      throw new DataException("Cannot open " + full + ": no such folder (run preprocess first)");
    }
    if (!AtomicFolder.isComplete(files, full)) {
      throw new DataException(
          "Cannot open "
              + full
              + ": no "
              + AtomicFolder.SUCCESS
              + " file, so it is not a finished data set (run preprocess again)");
    }
    byte[] json = Manifest.bytes(files, full);
    Manifest manifest = Manifest.fromBytes(json, new Path(full, Manifest.FILE_NAME));
    ShardedDataset dataset =
        new ShardedDataset(files, full, manifest, Digests.sha256(json), cache, null);
    dataset.checkSizes();
    if (dataset.manifest.bytes() <= VERIFY_AT_OPEN) {
      dataset.verify();
    }
    return dataset;
  }

  /** The same data set, of which only some rows are used. */
  public ShardedDataset only(RowSelection rows) {
    return new ShardedDataset(files, folder, manifest, fingerprint, cache, rows);
  }

  /** Whether a row is used here and in another part of the same data set. */
  public boolean sharesRows(ShardedDataset other) {
    return selection == null || other.selection == null || selection.sharesRows(other.selection);
  }

  /** Takes a row's position, counted over all shards, and the values of its columns. */
  @FunctionalInterface
  public interface RowValues {
    void take(long position, Object[] values);
  }

  /**
   * Values of single columns of all rows, in order; null if a row has none.
   *
   * @param columns of the shards, or {@code file} for the file that a row came from
   * @throws DataException if there is no such column
   */
  public void forEachRow(List<String> columns, RowValues rows) throws IOException {
    long[] position = {0};
    for (ShardFile file : manifest.files()) {
      try (ShardReader reader = new ShardReader(files, path(file))) {
        reader.forEachRow(columns, values -> rows.take(position[0]++, values));
      }
    }
  }

  public Path folder() {
    return folder;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** SHA-256 of the {@code manifest.json} that was opened, whatever is published later. */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * A folder that opens as this data set, whatever is published later: that of the version if there
   * are versions, else {@link #folder}.
   */
  public Path version() throws IOException {
    if (!DatasetVersions.isUpdated(files, folder)) {
      return folder;
    }
    return DatasetVersions.of(folder, fingerprint);
  }

  /**
   * @param fingerprint of the tokenizer that the model uses
   * @throws DataException if the ids were made with another tokenizer
   */
  public ShardedDataset requireTokenizer(String fingerprint) {
    if (!manifest.tokenizer().equals(fingerprint)) {
      throw new DataException(
          "Cannot use "
              + folder
              + ": it was made with another tokenizer (got "
              + manifest.tokenizer()
              + ", expected "
              + fingerprint
              + "); preprocess again with the model's tokenizer.json");
    }
    return this;
  }

  /**
   * @param size S of the model's vision encoder
   * @throws DataException if the images were prepared for another size
   */
  public ShardedDataset requireImageSize(int size) {
    if (manifest.imageSize() != size) {
      throw new DataException(
          "Cannot use "
              + folder
              + ": wrong image size (got "
              + manifest.imageSize()
              + ", expected "
              + size
              + "); preprocess again with --image-size "
              + size);
    }
    return this;
  }

  /**
   * Checks for which vision encoder images were prepared; shards that do not tell were for CLIP.
   *
   * @throws DataException if it was another one
   */
  public ShardedDataset requireEncoder(VisionEncoder encoder) {
    String made = manifest.configuration().getOrDefault("vision", VisionEncoder.CLIP.toString());
    if (!made.equals(encoder.toString())) {
      throw new DataException(
          "Cannot use %s: its images are prepared for another vision encoder (got %s, expected %s); preprocess again with --vision %s"
              .formatted(folder, made, encoder, encoder));
    }
    return this;
  }

  /**
   * Checks an option that the shards were made with; shards that do not tell pass.
   *
   * @param option of {@code preprocess}, such as {@code max-length}
   * @param rule what fits, in words
   * @throws DataException if its value does not fit
   */
  public ShardedDataset requireConfiguration(String option, IntPredicate fits, String rule) {
    String value = manifest.configuration().get(option);
    if (value != null && !fits.test(Integer.parseInt(value))) {
      throw new DataException(
          "Cannot use %s: wrong %s (got %s, expected %s); preprocess again with another --%s"
              .formatted(folder, option, value, rule, option));
    }
    return this;
  }

  /**
   * Reads every file and compares checksums.
   *
   * @throws DataException naming the first file that differs
   */
  public void verify() throws IOException {
    for (ShardFile file : manifest.files()) {
      checkSize(file);
      String found = Digests.sha256(files, path(file));
      if (!found.equals(file.sha256())) {
        throw damaged(file, "wrong checksum", found, file.sha256());
      }
    }
  }

  public int shards() {
    return manifest.files().size();
  }

  public int rowGroups(int shard) {
    return manifest.files().get(shard).rowGroupRows().size();
  }

  public int rows(int shard, int rowGroup) {
    return manifest.files().get(shard).rowGroupRows().get(rowGroup);
  }

  /** Which row has which language. Shards are read only if there are several, or a selection. */
  public RowLanguages rowLanguages() throws IOException {
    return manifest.languages().size() == 1 && selection == null
        ? RowLanguages.single(Language.of(manifest.languages().firstKey()), manifest)
        : RowLanguages.of(languages());
  }

  /** Language of every row: by shard, row group and row; null for a row that is not used. */
  public List<List<List<Language>>> languages() throws IOException {
    List<List<List<Language>>> shards = new ArrayList<>();
    for (ShardFile file : manifest.files()) {
      try (ShardReader reader = new ShardReader(files, path(file))) {
        shards.add(reader.languages());
      }
    }
    if (selection != null) {
      long[] position = {0};
      shards.forEach(
          groups ->
              groups.forEach(
                  rows -> rows.replaceAll(row -> selection.has(position[0]++) ? row : null)));
    }
    return shards;
  }

  /** The rows of one group, decoded once as long as the cache has room. */
  public List<TrainingExample> read(int shard, int rowGroup) throws IOException {
    ShardFile file = manifest.files().get(shard);
    return cache.get(
        new RowGroupCache.Key(folder.toString(), file.sha256(), rowGroup),
        () -> load(shard, rowGroup));
  }

  /** Single rows, in the order asked for. */
  public List<TrainingExample> read(List<RowRef> rows) throws IOException {
    List<TrainingExample> examples = new ArrayList<>(rows.size());
    for (RowRef row : rows) {
      examples.add(read(row.shard(), row.rowGroup()).get(row.row()));
    }
    return examples;
  }

  private List<TrainingExample> load(int shard, int rowGroup) throws IOException {
    ShardFile file = manifest.files().get(shard);
    if (!checked[shard]) {
      checkSize(file);
    }
    try (ShardReader reader = new ShardReader(files, path(file))) {
      if (!checked[shard] && !reader.rowGroupRows().equals(file.rowGroupRows())) {
        throw damaged(file, "wrong rows by group", reader.rowGroupRows(), file.rowGroupRows());
      }
      checked[shard] = true;
      List<TrainingExample> rows = reader.read(rowGroup);
      int expected = 3 * manifest.imageSize() * manifest.imageSize();
      for (TrainingExample row : rows) {
        if (row.hasImage() && row.pixels().length != expected) {
          throw damaged(file, "wrong pixels of " + row.source(), row.pixels().length, expected);
        }
      }
      return rows;
    }
  }

  /** With one listing: to ask for each of very many files takes minutes in HDFS. */
  private void checkSizes() throws IOException {
    Map<String, Long> lengths = new HashMap<>();
    for (FileStatus status : files.listStatus(shards)) {
      lengths.put(status.getPath().getName(), status.getLen());
    }
    for (ShardFile file : manifest.files()) {
      checkSize(file, lengths.get(file.name()));
    }
  }

  private void checkSize(ShardFile file) throws IOException {
    Long length;
    try {
      length = files.getFileStatus(path(file)).getLen();
    } catch (FileNotFoundException e) {
      length = null;
    }
    checkSize(file, length);
  }

  private void checkSize(ShardFile file, Long length) {
    if (length == null) {
      throw new DataException(
          "Cannot read "
              + path(file)
              + ": it is missing, but the manifest lists it; delete the data set and make it anew");
    }
    if (length != file.bytes()) {
      throw damaged(file, "wrong size", length, file.bytes());
    }
  }

  private DataException damaged(ShardFile file, String what, Object found, Object expected) {
    return new DataException(
        "Cannot read "
            + path(file)
            + ": "
            + what
            + " (got "
            + found
            + ", expected "
            + expected
            + "); the file has changed since it was written, delete the data set and make it anew");
  }

  private Path path(ShardFile file) {
    return new Path(shards, file.name());
  }
}
