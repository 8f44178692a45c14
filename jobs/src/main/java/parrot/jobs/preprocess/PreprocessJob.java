package parrot.jobs.preprocess;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.DataException;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.near.KnownTexts;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
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
    Path out = FileSystems.qualified(options.out(), configuration);
    FileSystem files = FileSystems.of(out, configuration);
    try (FolderLock lock = lockEarly(files, out)) {
      return lock == null ? run(files, out, null) : runLocked(files, out, lock);
    }
  }

  /** The folder's lock if it is needed before it is known whether there is anything to write. */
  private FolderLock lockEarly(FileSystem files, Path out) throws IOException {
    if (options.check()) {
      return null; // nothing is written to the folder
    }
    if (options.schedule().waits()) {
      return FolderLock.await(files, out);
    }
    return options.update() ? FolderLock.take(files, out) : null;
  }

  private PreprocessReport runLocked(FileSystem files, Path out, FolderLock lock)
      throws IOException {
    lock.onLost(() -> spark.sc().cancelAllJobs());
    try {
      return run(files, out, lock);
    } catch (RuntimeException e) {
      throw lock.isLost() ? lock.lost(e) : e;
    }
  }

  private PreprocessReport run(FileSystem files, Path out, FolderLock lock) throws IOException {
    long start = System.nanoTime();
    if (options.check()) {
      AtomicFolder.requireWritable(files, Judgement.folder(out), true);
    } else if (!options.update()
        && files.exists(out)
        && !files.exists(new Path(out, Manifest.FILE_NAME))) {
      AtomicFolder.requireWritable(files, out, options.overwrite());
    }
    UpdateFolder updated = options.update() ? UpdateFolder.open(files, out, lock) : null;
    PreprocessInput input = PreprocessInput.find(options, out, configuration);
    List<Path> inputs = input.paths(configuration, options.tokenizer());
    Judgement judgement = new Judgement(options, files, out, inputs);
    if (options.overwrite()) {
      InputGuard.requireOutside(out, inputs, configuration);
    }
    if (options.check()) {
      judgement.requireReplaceable();
    }
    String tokenizer;
    try (var opened = HuggingFaceTextTokenizer.of(input.tokenizer(), options.tokenizer())) {
      tokenizer = opened.fingerprint();
    }

    Broadcast<SerializableConfiguration> hadoop =
        spark.broadcast(new SerializableConfiguration(configuration));
    try {
      PreprocessTasks tasks = new PreprocessTasks(options, hadoop);
      List<SourcePass.NamedScan> scans = new SourcePass(spark, options, console).scan(tasks, input);
      Fingerprint fingerprint = fingerprint(tasks, input, scans, out);
      Manifest former = former(files, out);
      if (!options.check() && former != null && isSame(former, fingerprint.all())) {
        if (updated != null) {
          updated.discardDraft();
        }
        PreprocessReport unchanged =
            unchanged(files, out, former, seconds(start), SourcePass.reading(input, scans));
        judgement.requireNoAlarm(unchanged);
        return unchanged;
      }
      if (options.update()) {
        return new UpdateJob(spark, options, this, tasks, new UpdateTasks(options, hadoop), console)
            .run(updated, input, scans, tokenizer, fingerprint, start);
      }
      try (AtomicFolder folder = folder(files, out, lock)) {
        Preflight.shared(spark.sc(), folder.path());
        List<PartResult> parts = write(tasks, input, scans, folder.path());
        Manifest manifest = manifest(parts, SourcePass.rows(scans), tokenizer, fingerprint.all());
        PreprocessReport report =
            PreprocessReport.of(
                out.toString(),
                false,
                manifest,
                seconds(start),
                SourcePass.reading(input, scans),
                parts.stream().mapToLong(PartResult::nearDuplicates).sum(),
                options.nearDuplicates() == NearDuplicates.MARK,
                notes(parts),
                rejected(parts));
        if (options.check()) {
          report = report.ofCheck(Judgement.folder(out));
          report.write(files, folder.path());
          folder.publish();
          judgement.require(report);
          return report;
        }
        judgement.require(report, new Path(folder.path(), REJECTED_FILE));
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

  /** What was counted when the data set was made that is there. */
  private PreprocessReport unchanged(
      FileSystem files, Path out, Manifest former, double seconds, PreprocessReport.Reading reading)
      throws IOException {
    SortedMap<String, PartResult.RejectedRows> rejected = new TreeMap<>();
    former
        .rejected()
        .forEach(
            (reason, rows) -> rejected.put(reason, new PartResult.RejectedRows(rows, List.of())));
    return PreprocessReport.of(
        out.toString(),
        true,
        former,
        seconds,
        reading,
        options.nearDuplicates() == NearDuplicates.KEEP
            ? 0
            : PreprocessReport.nearDuplicates(files, out),
        options.nearDuplicates() == NearDuplicates.MARK,
        new TreeMap<>(),
        rejected);
  }

  private AtomicFolder folder(FileSystem files, Path out, FolderLock lock) throws IOException {
    if (options.check()) {
      return AtomicFolder.create(files, Judgement.folder(out), true);
    }
    return lock == null
        ? AtomicFolder.create(files, out, options.overwrite())
        : AtomicFolder.create(files, out, options.overwrite(), lock);
  }

  /**
   * What went in.
   *
   * @param all of it
   * @param images the image folders alone
   * @param benchmarks the benchmarks alone
   */
  record Fingerprint(String all, String images, String benchmarks) {}

  private Fingerprint fingerprint(
      PreprocessTasks tasks, PreprocessInput input, List<SourcePass.NamedScan> scans, Path out)
      throws IOException {
    String images = input.imagesFingerprint(out, configuration);
    List<String> benchmarks = benchmarkChecksums(tasks, input);
    return new Fingerprint(
        input.fingerprint(SourcePass.checksums(scans), images, benchmarks),
        images,
        Digests.sha256(String.join("\n", benchmarks).getBytes(StandardCharsets.UTF_8)));
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
        && PreprocessOptions.withoutPaths(former.configuration())
            .equals(PreprocessOptions.withoutPaths(options.configuration()));
  }

  private List<PartResult> write(
      PreprocessTasks tasks, PreprocessInput input, List<SourcePass.NamedScan> scans, Path folder)
      throws IOException {
    int shards = shards(SourcePass.rows(scans));
    FileSystem files = FileSystems.of(folder, configuration);
    PartFiles target =
        options.check() ? PartFiles.withoutShards(files, folder) : PartFiles.in(files, folder);
    return prepare(
        tasks,
        input,
        scans,
        shards,
        rows -> write(tasks, rows, RowChoice.Rules.FIRST, shards, target));
  }

  /** How many shards so many rows make. */
  int shards(long rows) {
    return (int) Math.max(1, (rows + options.shardRows() - 1) / options.shardRows());
  }

  /** Takes prepared rows, which are there only until it returns. */
  @FunctionalInterface
  interface RowUse<T> {
    T apply(JavaPairRDD<RowKey, byte[]> rows) throws IOException;
  }

  /**
   * Prepares the rows of sources, once they are asked for.
   *
   * @param shards among which rows are divided
   */
  <T> T prepare(
      PreprocessTasks tasks,
      PreprocessInput input,
      List<SourcePass.NamedScan> scans,
      int shards,
      RowUse<T> use)
      throws IOException {
    List<PreprocessTasks.NumberedRange> ranges = ranges(scans);
    long rows = SourcePass.rows(scans);
    console.accept(
        String.format(
            Locale.ROOT,
            "Preprocessing %,d rows of %d files in %d ranges into up to %d shards",
            rows,
            scans.size(),
            ranges.size(),
            shards(rows)));
    Broadcast<byte[]> tokenizer = spark.broadcast(input.tokenizer());
    Broadcast<BenchmarkImages> excluded = spark.broadcast(benchmarkImages(tasks, input));
    LongAccumulator progress = spark.sc().longAccumulator("rows prepared");
    String images = input.images().toString();
    try (RowProgress line = new RowProgress(progress, rows);
        JobDescription described = describe("prepare rows and write shards")) {
      return use.apply(
          spark
              .parallelize(ranges, Math.max(1, ranges.size()))
              .mapPartitions(
                  mine ->
                      // One range per partition, or none at all.
                      mine.hasNext()
                          ? tasks.prepare(
                              mine.next(),
                              images,
                              tokenizer.value(),
                              excluded.value(),
                              shards,
                              progress)
                          : Collections.<Tuple2<RowKey, byte[]>>emptyIterator())
              .mapToPair(row -> row));
    } finally {
      tokenizer.destroy();
      excluded.destroy();
    }
  }

  static List<PreprocessTasks.NumberedRange> ranges(List<SourcePass.NamedScan> scans) {
    List<PreprocessTasks.NumberedRange> ranges = new ArrayList<>();
    for (int file = 0; file < scans.size(); file++) {
      for (var range : scans.get(file).scan().ranges()) {
        ranges.add(new PreprocessTasks.NumberedRange(file, range));
      }
    }
    return ranges;
  }

  /** Sorts rows into shards and writes these. */
  List<PartResult> write(
      PreprocessTasks tasks,
      JavaPairRDD<RowKey, byte[]> rows,
      RowChoice.Rules rules,
      int shards,
      PartFiles target)
      throws IOException {
    String folder = target.attempts().toString();
    // Spark keeps what it has sorted, so that rows are prepared once, although read twice.
    JavaPairRDD<RowKey, byte[]> sorted =
        rows.repartitionAndSortWithinPartitions(new PreprocessTasks.ByShard(shards));
    Broadcast<NearRows> near =
        spark.broadcast(NearRows.find(spark, sorted, options.nearDuplicates()));
    try {
      List<Tuple2<String, Long>> results =
          sorted
              .mapPartitionsWithIndex(
                  (partition, mine) ->
                      List.of(tasks.write(partition, mine, rules, near.value(), folder, shards))
                          .iterator(),
                  true)
              .collect();
      return target.install(results, shards);
    } finally {
      near.destroy();
    }
  }

  private BenchmarkImages benchmarkImages(PreprocessTasks tasks, PreprocessInput input) {
    List<String> files = input.benchmarks().stream().map(Path::toString).toList();
    if (files.isEmpty()) {
      return new BenchmarkImages(List.of(), new KnownTexts());
    }
    console.accept("Reading the images of " + files.size() + " benchmarks");
    try (JobDescription described = describe("read the images of benchmarks")) {
      return new BenchmarkImages(
          spark
              .parallelize(files, files.size())
              .flatMap(file -> tasks.images(file).iterator())
              .collect(),
          benchmarkQuestions(tasks, files));
    }
  }

  private KnownTexts benchmarkQuestions(PreprocessTasks tasks, List<String> files) {
    KnownTexts texts = new KnownTexts();
    if (options.benchmarkQuestions()) {
      List<Tuple2<String, String>> questions =
          spark
              .parallelize(files, files.size())
              .flatMap(file -> tasks.questions(file).iterator())
              .collect();
      questions.forEach(question -> texts.add(question._1(), question._2()));
      console.accept(
          String.format(
              Locale.ROOT,
              "Keeping out %,d of %,d questions; the others are too short to be told from anyone's",
              texts.size(),
              questions.size()));
    }
    return texts;
  }

  private Manifest manifest(
      List<PartResult> parts, long read, String tokenizer, String fingerprint) {
    List<ShardFile> shards = new ArrayList<>();
    SortedMap<String, PartResult.LanguageCounts> languages = new TreeMap<>();
    for (PartResult part : parts) {
      if (part.file() != null) {
        shards.add(part.file());
      }
      part.languages()
          .forEach((tag, counts) -> languages.merge(tag, counts, PartResult.LanguageCounts::plus));
    }
    return manifest(shards, languages, rejected(parts), read, tokenizer, fingerprint);
  }

  Manifest manifest(
      List<ShardFile> shards,
      SortedMap<String, PartResult.LanguageCounts> byLanguage,
      SortedMap<String, PartResult.RejectedRows> rejectedRows,
      long read,
      String tokenizer,
      String fingerprint) {
    SortedMap<String, LanguageStatistics> languages = new TreeMap<>();
    byLanguage.forEach((tag, counts) -> languages.put(tag, counts.statistics()));
    SortedMap<String, Long> reasons = new TreeMap<>();
    rejectedRows.forEach((reason, rows) -> reasons.put(reason, rows.rows()));
    long rejected = reasons.values().stream().mapToLong(Long::longValue).sum();
    long written = shards.stream().mapToLong(ShardFile::rows).sum();
    return new Manifest(
        ShardSchema.VERSION,
        tokenizer,
        options.imageSize(),
        new Totals(read, written, read - written - rejected, rejected),
        languages,
        reasons,
        options.configuration(),
        fingerprint,
        shards);
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

  static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
