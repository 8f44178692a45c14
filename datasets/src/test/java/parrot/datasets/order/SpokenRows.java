package parrot.datasets.order;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.language.Language;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.ShardWriter;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;

/** Data sets of which only the languages of their rows matter. */
final class SpokenRows {
  private static final int IMAGE_SIZE = 2;
  private static final int ROW_GROUP_ROWS = 8;

  private SpokenRows() {}

  /** Writes one row per language given, in this order, in two shards. */
  static ShardedDataset write(java.nio.file.Path folder, List<Language> languages)
      throws IOException {
    Path path = new Path(folder.toUri());
    FileSystem files = FileSystems.of(path, new Configuration());
    int half = (languages.size() + 1) / 2;
    try (AtomicFolder out = AtomicFolder.create(files, path, false)) {
      List<ShardFile> shards = new ArrayList<>();
      for (List<Language> rows :
          List.of(languages.subList(0, half), languages.subList(half, languages.size()))) {
        Path file = new Path(out.path(), "part-" + shards.size() + ".parquet");
        ShardWriter writer = new ShardWriter(files, file, IMAGE_SIZE, ROW_GROUP_ROWS);
        for (Language language : rows) {
          writer.write(
              new TrainingExample("", language, new int[] {5, 1}, new int[] {5, 1}, null, ""));
        }
        writer.close();
        shards.add(writer.description());
      }
      new Manifest(
              ShardSchema.VERSION,
              "none",
              IMAGE_SIZE,
              new Totals(languages.size(), languages.size(), 0, 0),
              new TreeMap<>(),
              new TreeMap<>(),
              new TreeMap<>(),
              "",
              shards)
          .write(files, out.path());
      out.publish();
    }
    return ShardedDataset.open(files, path);
  }

  /** So many rows, with the languages by turns. */
  static ShardedDataset byTurns(java.nio.file.Path folder, int rows, Language... languages)
      throws IOException {
    List<Language> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      all.add(languages[i % languages.length]);
    }
    return write(folder, all);
  }
}
