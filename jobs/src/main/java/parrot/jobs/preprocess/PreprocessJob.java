package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.DataException;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.LlavaSource;
import parrot.datasets.source.PassedOver;
import parrot.datasets.source.SourceScan;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.InputGuard;
import parrot.datasets.storage.StorageUnavailableException;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.spark.Preflight;
import parrot.jobs.spark.TaskFailure;
import scala.Tuple2;

/**
 * Raw conversations and images to shards, on Spark.
 *
 * <p>A pass over the bytes of the sources cuts them into ranges. Each range is prepared by a task;
 * rows go to shards by a hash of their content, which brings duplicates together and shuffles at
 * once; each shard is sorted and written by a task. The driver sees ranges and counts, no rows.
 */
public final class PreprocessJob {
  /** Table of the rejected rows, in the folder of the data set. */
  public static final String REJECTED_FILE = "rejected.parquet";

  private static final int SHOWN_PROBLEMS = 5;
  private static final long SMALLEST_RANGE = 16L << 10;

  private final JavaSparkContext spark;
  private final PreprocessOptions options;
  private final Consumer<String> console;
  private final Configuration configuration;

  /**
   * @param console takes a line now and then; the progress of rows goes to standard error
   */
  public PreprocessJob(
      JavaSparkContext spark, PreprocessOptions options, Consumer<String> console) {
    this.spark = spark;
    this.options = options;
    this.console = console;
    this.configuration = spark.hadoopConfiguration();
  }

  /**
   * Runs the job, unless the folder holds what it would make.
   *
   * @throws DataException if the input cannot be used, too many rows are rejected, or the folder
   *     exists; nothing is published then
   * @throws StorageUnavailableException if a file system does not answer
   */
  public PreprocessReport run() throws IOException {
    long start = System.nanoTime();
    Path out = FileSystems.qualified(options.out(), configuration);
    FileSystem files = FileSystems.of(out, configuration);
    if (files.exists(out) && !files.exists(new Path(out, Manifest.FILE_NAME))) {
      AtomicFolder.requireWritable(files, out, options.overwrite());
    }
    PreprocessInput input = PreprocessInput.find(options, out, configuration);
    if (options.overwrite()) {
      InputGuard.requireOutside(
          out, input.paths(configuration, options.tokenizer()), configuration);
    }
    String tokenizer;
    try (var opened = HuggingFaceTextTokenizer.of(input.tokenizer(), options.tokenizer())) {
      tokenizer = opened.fingerprint();
    }

    Broadcast<SerializableConfiguration> hadoop =
        spark.broadcast(new SerializableConfiguration(configuration));
    try {
      PreprocessTasks tasks = new PreprocessTasks(options, hadoop);
      List<NamedScan> scans = scan(tasks, input);
      String fingerprint =
          input.fingerprint(checksums(scans), benchmarkChecksums(tasks, input), out, configuration);
      Manifest former = former(files, out);
      if (former != null && isSame(former, fingerprint)) {
        return PreprocessReport.of(
            out.toString(),
            true,
            former,
            seconds(start),
            reading(input, scans),
            new TreeMap<>(),
            new TreeMap<>());
      }
      try (AtomicFolder folder = AtomicFolder.create(files, out, options.overwrite())) {
        Preflight.shared(spark.sc(), folder.path());
        List<PartResult> parts = write(tasks, input, scans, folder.path());
        Manifest manifest = manifest(parts, rows(scans), tokenizer, fingerprint);
        PreprocessReport report =
            PreprocessReport.of(
                out.toString(),
                false,
                manifest,
                seconds(start),
                reading(input, scans),
                notes(parts),
                rejected(parts));
        checkRejected(report);
        manifest.write(files, folder.path());
        report.write(files, folder.path());
        folder.publish();
        return report;
      }
    } catch (IOException e) {
      throw e;
    } catch (Exception e) { // Spark's is checked, and thrown undeclared
      throw TaskFailure.unwrap(e);
    } finally {
      hadoop.destroy();
    }
  }

  /** The sources that have rows. */
  private List<NamedScan> scan(PreprocessTasks tasks, PreprocessInput input) {
    List<PreprocessTasks.NamedSource> sources = input.sources();
    // Several ranges per core even of a small file; how it is cut changes nothing in the result.
    long range =
        Math.max(
            SMALLEST_RANGE,
            Math.min(
                LlavaSource.RANGE_BYTES, input.sourceBytes() / (4L * spark.defaultParallelism())));
    List<PreprocessTasks.Scanned> found;
    try (JobDescription described = describe("cut sources into ranges")) {
      found =
          spark
              .parallelize(sources, sources.size())
              .map(source -> tasks.scan(source, range))
              .collect();
    }
    refuse(found.stream().map(PreprocessTasks.Scanned::problem).filter(Objects::nonNull).toList());
    List<NamedScan> scans = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      PreprocessTasks.Scanned scanned = found.get(i);
      String name = sources.get(i).name();
      if (scanned.passedOver() != null) {
        input.passedOver().add(scanned.passedOver(), name);
      }
      if (scanned.scan() != null) {
        scans.add(new NamedScan(name, scanned.scan()));
      }
    }
    String passedOver = PassedOver.text(input.passedOver().groups()).stripTrailing();
    if (rows(scans) == 0) {
      throw new DataException(
          "Cannot preprocess: no rows in "
              + String.join(", ", options.inputs())
              + (passedOver.isEmpty() ? "" : ". Passed over:\n" + passedOver));
    }
    if (!passedOver.isEmpty()) {
      console.accept("Files passed over:\n" + passedOver);
    }
    sayWhatIsLost(scans);
    return scans;
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      int more = problems.size() - SHOWN_PROBLEMS;
      throw new DataException(
          String.join("\n", problems.subList(0, Math.min(problems.size(), SHOWN_PROBLEMS)))
              + (more > 0 ? "\nand " + more + " more files cannot be read" : ""));
    }
  }

  private record NamedScan(String name, SourceScan scan) {}

  private static PreprocessReport.Reading reading(PreprocessInput input, List<NamedScan> scans) {
    return new PreprocessReport.Reading(
        scans.stream().filter(one -> one.scan().rows() > 0).count(),
        scans.stream().mapToLong(one -> one.scan().lostBytes()).sum(),
        input.passedOver().groups());
  }

  private void sayWhatIsLost(List<NamedScan> scans) {
    for (NamedScan one : scans) {
      if (one.scan().damages() > 0) {
        console.accept(
            String.format(
                Locale.ROOT,
                "%s is damaged, in %s: %,d of %s %,d bytes%s left out (see %s)",
                one.name(),
                one.scan().damages() == 1 ? "one place" : one.scan().damages() + " places",
                one.scan().lostBytes(),
                one.scan().isPacked() ? "the" : "its",
                one.scan().bytes(),
                one.scan().isPacked() ? " that could be unpacked" : "",
                REJECTED_FILE));
      }
    }
  }

  /** The name of each source and its checksum. */
  private static List<String> checksums(List<NamedScan> scans) {
    return scans.stream().flatMap(one -> Stream.of(one.name(), one.scan().sha256())).toList();
  }

  private List<String> benchmarkChecksums(PreprocessTasks tasks, PreprocessInput input) {
    List<String> files = input.benchmarks().stream().map(Path::toString).toList();
    if (files.isEmpty()) {
      return List.of();
    }
    try (JobDescription described = describe("compare benchmarks with the last run's")) {
      return spark
          .parallelize(files, files.size())
          .flatMap(file -> tasks.benchmarkChecksums(file).iterator())
          .collect();
    }
  }

  private JobDescription describe(String what) {
    return JobDescription.set(spark, "preprocess " + options.out() + ": " + what);
  }

  private static long rows(List<NamedScan> scans) {
    return scans.stream().mapToLong(one -> one.scan().rows()).sum();
  }

  /** The data set that is there, if it is whole. */
  private static Manifest former(FileSystem files, Path out) throws IOException {
    if (!files.exists(out)) {
      return null;
    }
    try {
      return ShardedDataset.open(files, out).manifest();
    } catch (DataException e) {
      return null;
    }
  }

  private boolean isSame(Manifest former, String fingerprint) {
    return former.input().equals(fingerprint)
        && former.configuration().equals(options.configuration());
  }

  private List<PartResult> write(
      PreprocessTasks tasks, PreprocessInput input, List<NamedScan> scans, Path folder)
      throws IOException {
    List<PreprocessTasks.NumberedRange> ranges = new ArrayList<>();
    for (int file = 0; file < scans.size(); file++) {
      for (var range : scans.get(file).scan().ranges()) {
        ranges.add(new PreprocessTasks.NumberedRange(file, range));
      }
    }
    long rows = rows(scans);
    int shards = (int) Math.max(1, (rows + options.shardRows() - 1) / options.shardRows());
    console.accept(
        String.format(
            Locale.ROOT,
            "Preprocessing %,d rows of %d files in %d ranges into up to %d shards",
            rows,
            scans.size(),
            ranges.size(),
            shards));
    Broadcast<byte[]> tokenizer = spark.broadcast(input.tokenizer());
    Broadcast<BenchmarkImages> excluded = spark.broadcast(benchmarkImages(tasks, input));
    LongAccumulator progress = spark.sc().longAccumulator("rows prepared");
    String images = input.images().toString();
    String target = folder.toString();
    try (RowProgress line = new RowProgress(progress, rows);
        JobDescription described = describe("prepare rows and write shards")) {
      List<Tuple2<String, Long>> results =
          spark
              .parallelize(ranges, ranges.size())
              .mapPartitions(
                  mine -> {
                    // One range per partition.
                    return tasks.prepare(
                        mine.next(), images, tokenizer.value(), excluded.value(), shards, progress);
                  })
              .mapToPair(row -> row)
              .repartitionAndSortWithinPartitions(new PreprocessTasks.ByShard(shards))
              .mapPartitionsWithIndex(
                  (partition, sorted) ->
                      List.of(tasks.write(partition, sorted, target, shards)).iterator(),
                  true)
              .collect();
      return rename(results, FileSystems.of(folder, configuration), folder, shards);
    } finally {
      tokenizer.destroy();
      excluded.destroy();
    }
  }

  private BenchmarkImages benchmarkImages(PreprocessTasks tasks, PreprocessInput input) {
    List<String> files = input.benchmarks().stream().map(Path::toString).toList();
    if (files.isEmpty()) {
      return new BenchmarkImages(List.of());
    }
    console.accept("Reading the images of " + files.size() + " benchmarks");
    try (JobDescription described = describe("read the images of benchmarks")) {
      return new BenchmarkImages(
          spark
              .parallelize(files, files.size())
              .flatMap(file -> tasks.images(file).iterator())
              .collect());
    }
  }

  /** Renames the files of the attempts that count and deletes those of the others. */
  private static List<PartResult> rename(
      List<Tuple2<String, Long>> results, FileSystem files, Path folder, int shards)
      throws IOException {
    List<PartResult> parts = new ArrayList<>();
    int number = 0;
    for (Tuple2<String, Long> result : results) {
      PartResult part = PartResult.fromJson(result._1());
      Path written = new Path(folder, PreprocessTasks.attemptName(part.partition(), result._2()));
      if (part.partition() == shards) {
        if (!part.rejected().isEmpty()) {
          rename(files, written, new Path(folder, REJECTED_FILE));
        }
      } else if (part.file() != null) {
        String name = String.format(Locale.ROOT, "part-%05d.parquet", number++);
        rename(files, written, new Path(folder, name));
        ShardFile file = part.file();
        part =
            new PartResult(
                part.partition(),
                new ShardFile(name, file.rowGroupRows(), file.bytes(), file.sha256()),
                part.duplicates(),
                part.languages(),
                part.notes(),
                part.rejected());
      }
      parts.add(part);
    }
    for (FileStatus left : files.listStatus(folder)) {
      if (left.getPath().getName().startsWith("attempt-")) {
        files.delete(left.getPath(), false);
      }
    }
    return parts;
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new DataException(
          "Cannot rename " + from + " to " + to + ": the file system refused (is it full?)");
    }
  }

  private Manifest manifest(
      List<PartResult> parts, long read, String tokenizer, String fingerprint) {
    List<ShardFile> shards = new ArrayList<>();
    SortedMap<String, List<PartResult.LanguageCounts>> byLanguage = new TreeMap<>();
    long duplicates = 0;
    for (PartResult part : parts) {
      if (part.file() != null) {
        shards.add(part.file());
      }
      duplicates += part.duplicates();
      part.languages()
          .forEach(
              (tag, counts) ->
                  byLanguage.computeIfAbsent(tag, key -> new ArrayList<>()).add(counts));
    }
    SortedMap<String, LanguageStatistics> languages = new TreeMap<>();
    byLanguage.forEach((tag, counts) -> languages.put(tag, statistics(counts)));
    SortedMap<String, Long> reasons = new TreeMap<>();
    rejected(parts).forEach((reason, rows) -> reasons.put(reason, rows.rows()));
    long rejected = reasons.values().stream().mapToLong(Long::longValue).sum();
    long written = shards.stream().mapToLong(ShardFile::rows).sum();
    return new Manifest(
        ShardSchema.VERSION,
        tokenizer,
        options.imageSize(),
        new Totals(read, written, duplicates, rejected),
        languages,
        reasons,
        options.configuration(),
        fingerprint,
        shards);
  }

  private static LanguageStatistics statistics(List<PartResult.LanguageCounts> parts) {
    TreeMap<Integer, Long> lengths = new TreeMap<>();
    long images = 0;
    long supervised = 0;
    long truncated = 0;
    for (PartResult.LanguageCounts part : parts) {
      part.lengths().forEach((length, rows) -> lengths.merge(length, rows, Long::sum));
      images += part.withImage();
      supervised += part.supervisedTokens();
      truncated += part.truncated();
    }
    return LanguageStatistics.of(images, supervised, truncated, lengths);
  }

  private static SortedMap<String, PartResult.RejectedRows> rejected(List<PartResult> parts) {
    SortedMap<String, PartResult.RejectedRows> rejected = new TreeMap<>();
    parts.forEach(part -> rejected.putAll(part.rejected()));
    return rejected;
  }

  private static SortedMap<String, Long> notes(List<PartResult> parts) {
    SortedMap<String, Long> notes = new TreeMap<>();
    parts.forEach(part -> part.notes().forEach((note, rows) -> notes.merge(note, rows, Long::sum)));
    return notes;
  }

  private void checkRejected(PreprocessReport report) {
    Totals totals = report.totals();
    double share = (double) totals.rejected() / totals.read();
    if (!(share <= options.maxRejected())) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "Cannot preprocess: too many rows were rejected (%,d of %,d, %.1f %%; --max-rejected"
                  + " allows %.1f %%). Nothing was written. Fix the input or allow more:%n%s",
              totals.rejected(),
              totals.read(),
              100 * share,
              100 * options.maxRejected(),
              PreprocessReport.reasons(report.rejected()).stripTrailing()));
    }
    if (totals.written() == 0) {
      throw new DataException(
          "Cannot preprocess: no row is left to write. Nothing was written:\n"
              + PreprocessReport.reasons(report.rejected()).stripTrailing());
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
