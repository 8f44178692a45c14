package parrot.jobs.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
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
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FolderLock;

/**
 * Predictions of an evaluation: a folder for each benchmark file, complete or not there, with the
 * predictions as TSV and Parquet, the answers that they are made of, and their key.
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
    return new Path(cell(name), name.fileName());
  }

  /** Predictions that are there already with the same key. */
  Optional<List<Prediction>> find(BenchmarkName name, PredictionKey key) throws IOException {
    Path cell = cell(name);
    if (AtomicFolder.isComplete(files, cell)
        && PredictionKey.read(files, cell).filter(key::equals).isPresent()) {
      return Optional.of(PredictionFile.read(files, file(name)));
    }
    return Optional.empty();
  }

  /**
   * Answers that are there already: of predictions with another key, and of an evaluation that was
   * broken off.
   *
   * @param wanted keys of the answers that the new predictions need
   * @throws UsageException if there are predictions with answers that the new ones would lose, and
   *     they may not be replaced
   */
  Map<String, String> answers(BenchmarkName name, PredictionKey key, AnswerKeys wanted)
      throws IOException {
    Path cell = cell(name);
    Map<String, String> answers = new HashMap<>();
    if (AtomicFolder.isComplete(files, cell)) {
      answers.putAll(AnswerFile.read(files, new Path(cell, AnswerFile.NAME)));
      boolean nothingLost = !answers.isEmpty() && wanted.all().containsAll(answers.keySet());
      if (!overwrite && !nothingLost) {
        Optional<PredictionKey> before = PredictionKey.read(files, cell);
        throw new UsageException(
            "Cannot use the predictions in %s: they are stale: %s (%spass --overwrite to ask again, or choose another folder)"
                .formatted(
                    cell,
                    before.map(key::differencesFrom).orElse("they have no key"),
                    before.filter(key::movesToCard).isPresent()
                        ? "choose device cpu to go on with them, "
                        : ""));
      }
    } else {
      AtomicFolder.requireWritable(files, cell, overwrite);
    }
    for (Path file : journals(name)) {
      answers.putAll(AnswerFile.read(files, file));
    }
    return answers;
  }

  /** Where answers are kept until the predictions are complete. */
  AnswerFile journal(BenchmarkName name) throws IOException {
    Path file = new Path(journalFolder(name), "%d.jsonl".formatted(journals(name).size()));
    return new AnswerFile(files, file);
  }

  private Path cell(BenchmarkName name) {
    return new Path(folder, name.toString());
  }

  private Path journalFolder(BenchmarkName name) {
    return new Path(folder, "." + name + ".answers");
  }

  private List<Path> journals(BenchmarkName name) throws IOException {
    Path journals = journalFolder(name);
    if (!files.exists(journals)) {
      return List.of();
    }
    return Arrays.stream(files.listStatus(journals)).map(FileStatus::getPath).sorted().toList();
  }

  /**
   * Replaces what {@link #answers} has found.
   *
   * @param answers by key, in the order of the predictions
   */
  void write(
      BenchmarkName name,
      PredictionKey key,
      List<Prediction> predictions,
      Map<String, String> answers)
      throws IOException {
    boolean replace = overwrite || AtomicFolder.isComplete(files, cell(name));
    try (AtomicFolder cell = AtomicFolder.create(files, cell(name), replace, lock)) {
      PredictionFile.write(files, new Path(cell.path(), name.fileName()), predictions);
      writeParquet(new Path(cell.path(), name + ".parquet"), name, predictions);
      try (AnswerFile kept = new AnswerFile(files, new Path(cell.path(), AnswerFile.NAME))) {
        kept.add(answers);
      }
      key.write(files, cell.path());
      cell.publish();
    }
    files.delete(journalFolder(name), true);
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
    item.answerText().ifPresent(answer -> row.add("answer", answer));
    row.add("category", item.category());
    row.add("l2_category", item.l2Category());
    row.add("split", item.split());
    prediction.text().ifPresent(text -> row.add("prediction", text));
    MatchingRule rule = MatchingRule.PUBLISHED_2024.fitting(List.of(prediction));
    prediction
        .matched(rule, name.language())
        .ifPresent(
            match -> {
              match.option().ifPresent(letter -> row.add("matched", letter.toString()));
              row.add("matching", rule.label());
              row.add("reason", match.reason().label());
            });
    return row;
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
