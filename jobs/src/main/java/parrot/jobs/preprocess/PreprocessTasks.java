package parrot.jobs.preprocess;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.image.ImagePreparation;
import parrot.datasets.image.RgbImage;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.language.Language;
import parrot.datasets.source.DamagedFileException;
import parrot.datasets.source.ImageRoot;
import parrot.datasets.source.NotRowsException;
import parrot.datasets.source.RawSource;
import parrot.datasets.source.SourceFiles;
import parrot.datasets.source.SourceRange;
import parrot.datasets.source.SourceRow;
import parrot.datasets.source.SourceRows;
import parrot.datasets.source.SourceScan;
import parrot.datasets.storage.Digests;
import scala.Tuple2;

/** What every run does on executors. */
final class PreprocessTasks extends ExecutorTasks {
  private static final long serialVersionUID = 1L;

  PreprocessTasks(PreprocessOptions options, Broadcast<SerializableConfiguration> configuration) {
    super(options, configuration);
  }

  /**
   * What a pass over a source found. A task that throws would fill the console.
   *
   * @param scan null if there are no ranges
   * @param passedOver null, or what the file is if it holds no rows and need not
   * @param problem null, or why the job cannot go on
   */
  record Scanned(SourceScan scan, String passedOver, String problem) implements Serializable {}

  /** A file that may have rows, with what origins call it. */
  record NamedSource(SourceFiles.Candidate file, String name) implements Serializable {}

  /** Cuts a source into ranges, or tells that it is something else. */
  Scanned scan(NamedSource source, long rangeBytes) throws IOException {
    Path file = source.file().path();
    try {
      SourceScan scan =
          RawSource.scan(
              files(file.toString()),
              file,
              source.name(),
              rangeBytes,
              options.resynchronise(),
              options.rows());
      return new Scanned(scan, scan.rows() == 0 ? "without rows" : null, null);
    } catch (NotRowsException e) {
      boolean harmless = e.isCertain() && !source.file().named() || !source.file().promisesRows();
      return harmless ? new Scanned(null, e.kind(), null) : new Scanned(null, null, e.getMessage());
    } catch (DamagedFileException e) {
      return e.hasRowsBefore() || source.file().promisesRows()
          ? new Scanned(null, null, e.getMessage())
          : new Scanned(null, "text that is not JSON", null);
    } catch (DataException e) {
      return new Scanned(null, null, e.getMessage());
    }
  }

  private BenchmarkFile benchmark(String benchmark) {
    Path file = new Path(benchmark);
    BenchmarkName name = BenchmarkName.parse(file.getName(), Optional.of(Language.EN));
    return BenchmarkFile.read(files(benchmark), file, name);
  }

  /** The checksum of a benchmark's table, and that of the image files it names, if it names any. */
  List<String> benchmarkChecksums(String benchmark) throws IOException {
    List<String> checksums = new ArrayList<>();
    checksums.add(Digests.sha256(files(benchmark), new Path(benchmark)));
    benchmark(benchmark).imageFiles().ifPresent(checksums::add);
    return checksums;
  }

  /** A benchmark's images, prepared as those of the rows are. */
  List<BenchmarkImages.Asked> images(String benchmark) {
    ImageDecoder decoder = new ImageDecoder(options.imageRules());
    ImagePreparation preparation = new ImagePreparation(options.vision(), options.imageSize());
    List<BenchmarkImages.Asked> images = new ArrayList<>();
    for (BenchmarkItem item : benchmark(benchmark).items()) {
      if (item.image() == null) {
        throw new DataException(
            "Cannot keep the images of %s out of the shards: question %d: %s"
                .formatted(benchmark, item.index(), item.problem().orElse("no image")));
      }
      String question = "question " + item.index() + " in " + benchmark;
      try {
        RgbImage decoded = decoder.decode(item.image());
        images.add(BenchmarkImages.Asked.of(preparation.prepare(decoded), decoded, question));
      } catch (UnusableImageException e) {
        throw e.at("of " + question);
      }
    }
    return images;
  }

  /** The texts of a benchmark's questions, each with how it is named. */
  List<Tuple2<String, String>> questions(String benchmark) {
    return benchmark(benchmark).items().stream()
        .map(
            item ->
                new Tuple2<>(
                    item.question() + "\n" + String.join("\n", item.options().values()),
                    "question " + item.index() + " of " + benchmark))
        .toList();
  }

  /** A range of a source, with the number of its file. */
  record NumberedRange(int file, SourceRange range) implements Serializable {}

  /** Prepares the rows of a range, one at a time. */
  Iterator<Tuple2<RowKey, byte[]>> prepare(
      NumberedRange numbered,
      String images,
      byte[] tokenizer,
      BenchmarkImages benchmarkImages,
      int shards,
      LongAccumulator progress)
      throws IOException {
    SourceRange range = numbered.range();
    ImageRoot root = closedAtEnd(imageRoot(images), images);
    RowPreparer preparer =
        new RowPreparer(options, root, ExecutorTokenizer.of(tokenizer), benchmarkImages);
    SourceRows rows =
        closedAtEnd(RawSource.read(files(range.file()), range, options.rows()), range.file());
    return new Iterator<>() {
      private long number = range.firstRow();

      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Tuple2<RowKey, byte[]> next() {
        if (!rows.hasNext()) {
          throw new NoSuchElementException();
        }
        long row = number++;
        progress.add(1);
        try {
          return route(rows.next(), row);
        } catch (IOException e) {
          throw new EnvironmentException(
              "Cannot read an image of " + range.file() + ": " + e.getMessage(), e);
        }
      }

      private Tuple2<RowKey, byte[]> route(SourceRow source, long row) throws IOException {
        int file = numbered.file();
        RowPreparer.RowOutcome outcome = preparer.prepare(source);
        if (outcome instanceof RowPreparer.Rejected rejected) {
          return new Tuple2<>(
              RowKey.rejected(shards, file, row), RowCodec.encode(rejected.reject()));
        }
        PreparedRow prepared = (PreparedRow) outcome;
        return new Tuple2<>(
            RowKey.written(prepared.content(), options.seed(), shards, file, row),
            RowCodec.encode(prepared));
      }
    };
  }

  /** The name that an attempt gives its file; the driver renames those that count. */
  static String attemptName(int partition, long attempt) {
    return "attempt-" + partition + "-" + attempt;
  }

  /** The name that an attempt gives the ledger of its file. */
  static String ledgerName(int partition, long attempt) {
    return attemptName(partition, attempt) + ".ledger";
  }

  /** Writes a partition, in a data set that is updated with a ledger. */
  Tuple2<String, Long> write(
      int partition,
      Iterator<Tuple2<RowKey, byte[]>> rows,
      RowChoice.Rules rules,
      NearRows nearRows,
      String folder,
      int shards)
      throws IOException {
    long attempt = TaskContext.get().taskAttemptId();
    PartWriter writer =
        new PartWriter(options, files(folder), new Path(folder, attemptName(partition, attempt)));
    Path ledger = options.update() ? new Path(folder, ledgerName(partition, attempt)) : null;
    PartResult result =
        partition < shards
            ? writer.writeShard(partition, rows, rules, nearRows, ledger)
            : writer.writeRejects(partition, rows);
    if (options.check() && partition < shards) {
      files(folder).delete(new Path(folder, attemptName(partition, attempt)), false);
    }
    return new Tuple2<>(result.toJson(), attempt);
  }

  /** Each shard is a partition; one more takes the rejects. */
  static final class ByShard extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int shards;

    ByShard(int shards) {
      this.shards = shards;
    }

    @Override
    public int numPartitions() {
      return shards + 1;
    }

    @Override
    public int getPartition(Object key) {
      return ((RowKey) key).partition();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByShard that && shards == that.shards;
    }

    @Override
    public int hashCode() {
      return shards;
    }
  }
}
