package parrot.jobs.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.matching.Match;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FolderLock;

/**
 * Predictions of an evaluation: a folder for each benchmark file, complete or not there, with the
 * predictions as TSV and Parquet and their key.
 */
final class PredictionStore {
  private final FileSystem files;
  private final Path folder;
  private final boolean overwrite;
  private final FolderLock lock;

  /**
   * @param overwrite whether stale predictions are replaced
   * @param lock of the folder
   */
  PredictionStore(FileSystem files, Path folder, boolean overwrite, FolderLock lock) {
    this.files = files;
    this.folder = folder;
    this.overwrite = overwrite;
    this.lock = lock;
  }

  /** Where the predictions to a benchmark file are, as TSV. */
  Path file(BenchmarkName name) {
    return new Path(new Path(folder, name.toString()), name.fileName());
  }

  /**
   * Predictions that are there already.
   *
   * @return empty if there are none, or if stale ones may be replaced
   * @throws DataException if there are stale ones that may not be replaced
   */
  Optional<List<Prediction>> find(BenchmarkName name, PredictionKey key) throws IOException {
    Path cell = new Path(folder, name.toString());
    if (!AtomicFolder.isComplete(files, cell)) {
      AtomicFolder.requireWritable(files, cell, overwrite);
      return Optional.empty();
    }
    Optional<PredictionKey> stored = PredictionKey.read(files, cell);
    if (stored.isPresent() && stored.get().equals(key)) {
      return Optional.of(PredictionFile.read(files, file(name)));
    }
    if (overwrite) {
      return Optional.empty();
    }
    throw new UsageException(
        "Cannot use the predictions in %s: they are stale: %s (pass --overwrite to ask again, or choose another folder)"
            .formatted(
                cell, stored.map(other -> key.differencesFrom(other)).orElse("they have no key")));
  }

  void write(BenchmarkName name, PredictionKey key, List<Prediction> predictions)
      throws IOException {
    try (AtomicFolder cell =
        AtomicFolder.create(files, new Path(folder, name.toString()), overwrite, lock)) {
      PredictionFile.write(files, new Path(cell.path(), name.fileName()), predictions);
      writeParquet(new Path(cell.path(), name + ".parquet"), name, predictions);
      key.write(files, cell.path());
      cell.publish();
    }
  }

  private void writeParquet(Path file, BenchmarkName name, List<Prediction> predictions)
      throws IOException {
    List<Character> letters = letters(predictions);
    MessageType schema = schema(letters);
    Configuration configuration = files.getConf();
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(files.makeQualified(file))
            .withConf(configuration)
            .withType(schema)
            .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_1_0)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      for (Prediction prediction : predictions) {
        writer.write(row(schema, name, prediction, letters));
      }
    }
  }

  private static Group row(
      MessageType schema, BenchmarkName name, Prediction prediction, List<Character> letters) {
    BenchmarkItem item = prediction.item();
    Group row = new SimpleGroup(schema);
    row.add("benchmark", name.benchmark());
    row.add("language", name.language().tag());
    row.add("index", item.index());
    row.add("question", item.question());
    for (char letter : letters) {
      if (item.options().containsKey(letter)) {
        row.add(String.valueOf(letter), item.options().get(letter));
      }
    }
    item.answer().ifPresent(answer -> row.add("answer", answer.toString()));
    row.add("category", item.category());
    row.add("l2_category", item.l2Category());
    row.add("split", item.split());
    prediction.text().ifPresent(text -> row.add("prediction", text));
    prediction
        .matched(MatchingRule.PUBLISHED_2024, name.language())
        .ifPresent(match -> addMatch(row, match));
    return row;
  }

  private static void addMatch(Group row, Match match) {
    match.option().ifPresent(letter -> row.add("matched", letter.toString()));
    row.add("matching", MatchingRule.PUBLISHED_2024.label());
    row.add("reason", match.reason().label());
  }

  private static MessageType schema(List<Character> letters) {
    List<String> optional = new ArrayList<>(letters.stream().map(String::valueOf).toList());
    optional.addAll(List.of("answer", "prediction", "matched", "matching", "reason"));
    Types.MessageTypeBuilder schema = Types.buildMessage();
    for (String column :
        List.of("benchmark", "language", "question", "category", "l2_category", "split")) {
      schema
          .required(PrimitiveTypeName.BINARY)
          .as(LogicalTypeAnnotation.stringType())
          .named(column);
    }
    schema.required(PrimitiveTypeName.INT64).named("index");
    for (String column : optional) {
      schema
          .optional(PrimitiveTypeName.BINARY)
          .as(LogicalTypeAnnotation.stringType())
          .named(column);
    }
    return schema.named("prediction");
  }

  private static List<Character> letters(List<Prediction> predictions) {
    TreeSet<Character> letters = new TreeSet<>();
    predictions.forEach(prediction -> letters.addAll(prediction.item().options().keySet()));
    return List.copyOf(letters);
  }
}
