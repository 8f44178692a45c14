package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import parrot.datasets.UsageException;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.storage.UnorderedDigest;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.spark.Preflight;
import scala.Tuple2;

/**
 * Brings a data set up to date with its input: what has not changed is not prepared, and shards
 * whose rows are all still there stay as they are. New rows go to new shards, together with the
 * rows of shards that lost some, and of small ones.
 */
final class UpdateJob {
  /** Share of the data set's bytes that an update may write again to join small shards. */
  private static final double JOINED = 0.015;

  private static final double JOINED_BYTES = 16 << 10; // of a data set for which a share is nothing

  private static final int SHARDS_PER_TASK = 100;
  private static final long ROWS_PER_DECISION = 1_000_000;

  private final JavaSparkContext spark;
  private final PreprocessOptions options;
  private final PreprocessJob job;
  private final PreprocessTasks tasks;
  private final UpdateTasks updates;
  private final Consumer<String> console;

  UpdateJob(
      JavaSparkContext spark,
      PreprocessOptions options,
      PreprocessJob job,
      PreprocessTasks tasks,
      UpdateTasks updates,
      Consumer<String> console) {
    this.spark = spark;
    this.options = options;
    this.job = job;
    this.tasks = tasks;
    this.updates = updates;
    this.console = console;
  }

  PreprocessReport run(
      UpdateFolder folder,
      PreprocessInput input,
      List<SourcePass.NamedScan> scans,
      String tokenizer,
      PreprocessJob.Fingerprint fingerprint,
      long start)
      throws IOException {
    UpdateState before = folder.published().orElse(UpdateState.empty());
    Optional<UpdateState> unfinished = folder.draftState();
    UpdateState state = unfinished.orElse(before.asFormer());
    if (unfinished.isPresent()) {
      console.accept("Going on with an update that was not finished");
    }
    requireSameOptions(folder.path(), state, tokenizer);
    if (before.stage() > 0) {
      ShardedDataset.open(folder.files(), folder.path()); // a damaged shard is told, not kept
    }
    folder.create();
    Preflight.shared(spark.sc(), folder.draft());
    List<UpdateState.Source> sources = sources(state, input, scans, fingerprint.images());
    boolean all = !state.benchmarks().equals(fingerprint.benchmarks());
    UpdatePlan plan = UpdatePlan.of(state.sources(), sources, all, options.schedule().stageRows());
    state =
        state.comparedWith(
            tokenizer, optionsThatCount(), fingerprint, plan.untouched(state.sources(), sources));
    Set<Integer> broken = plan.broken();
    for (int i = 0; i < plan.stages().size(); i++) {
      if (plan.stages().size() > 1) {
        console.accept("Stage %d of %d".formatted(i + 1, plan.stages().size()));
      }
      Stage stage = new Stage(state, sources, plan.stages().get(i), broken);
      state = run(folder, input, scans, stage);
      folder.keep(state);
      broken = Set.of();
    }
    return publish(folder, input, scans, before, state, fingerprint.all(), start);
  }

  private SortedMap<String, String> optionsThatCount() {
    return PreprocessOptions.withoutPaths(options.configuration());
  }

  private void requireSameOptions(Path folder, UpdateState state, String tokenizer) {
    if (state.stage() == 0) {
      return;
    }
    SortedMap<String, String> now = optionsThatCount();
    List<String> other = new ArrayList<>();
    Set<String> keys = new TreeSet<>(now.keySet());
    keys.addAll(state.options().keySet());
    for (String key : keys) {
      String was = state.options().getOrDefault(key, "not given");
      String is = now.getOrDefault(key, "not given");
      if (!was.equals(is)) {
        other.add("%s (was %s, is %s)".formatted(key, was, is));
      }
    }
    if (!state.tokenizer().equals(tokenizer)) {
      other.add("tokenizer (its content has changed)");
    }
    if (!other.isEmpty()) {
      throw new UsageException(
          "Cannot update "
              + folder
              + ": it was made with other options: "
              + String.join(", ", other)
              + ". Give the former ones, or delete the folder and make it anew");
    }
  }

  /** The sources as they are now, without labels. */
  private List<UpdateState.Source> sources(
      UpdateState state, PreprocessInput input, List<SourcePass.NamedScan> scans, String images)
      throws IOException {
    Map<String, UpdateState.Source> former = new HashMap<>();
    state.sources().forEach(source -> former.put(source.name(), source));
    boolean sameImages = state.images().equals(images);
    List<UnorderedDigest> stamps = new ArrayList<>();
    Set<Integer> known = new HashSet<>();
    for (SourcePass.NamedScan scan : scans) {
      UpdateState.Source was = former.get(scan.name());
      UnorderedDigest stamp = new UnorderedDigest();
      if (was != null
          && was.sha256().equals(scan.scan().sha256())
          && (sameImages || !was.namesImages())) {
        stamp.addAll(was.images());
        known.add(stamps.size());
      }
      stamps.add(stamp);
    }
    List<PreprocessTasks.NumberedRange> unknown =
        PreprocessJob.ranges(scans).stream()
            .filter(range -> !known.contains(range.file()))
            .toList();
    UpdateTasks executors = updates;
    String root = input.images().toString();
    try (JobDescription described = describe("look at the images of rows")) {
      for (Tuple2<String, Long> sum :
          spark
              .parallelize(unknown, Math.max(1, unknown.size()))
              .map(range -> executors.imageStamps(range, root))
              .collect()) {
        stamps.get(sum._2().intValue()).addAll(sum._1());
      }
    }
    List<UpdateState.Source> sources = new ArrayList<>();
    for (int i = 0; i < scans.size(); i++) {
      SourcePass.NamedScan scan = scans.get(i);
      sources.add(
          new UpdateState.Source(
              scan.name(),
              scan.scan().sha256(),
              stamps.get(i).toString(),
              scan.scan().rows(),
              0,
              new TreeSet<>()));
    }
    return sources;
  }

  private JobDescription describe(String what) {
    return JobDescription.set(spark, "preprocess " + options.out() + ": " + what);
  }

  /**
   * A part of an update.
   *
   * @param former the data set before it
   * @param sources all, of which {@code fresh} are prepared
   * @param broken labels of stored rows that stay only if a prepared row equals them
   */
  private record Stage(
      UpdateState former,
      List<UpdateState.Source> sources,
      List<Integer> fresh,
      Set<Integer> broken) {
    RowChoice.Rules rules() {
      return new RowChoice.Rules(former.shards().isEmpty(), broken, former.nextLabel());
    }
  }

  /**
   * What a stage wrote.
   *
   * @param parts new shards, and the rejects
   * @param removed numbers of the shards whose rows are in others now, or gone
   * @param summary of the rows in shards that stay
   */
  private record Written(List<PartResult> parts, Set<Integer> removed, Decisions.Summary summary) {}

  private UpdateState run(
      UpdateFolder folder, PreprocessInput input, List<SourcePass.NamedScan> scans, Stage stage)
      throws IOException {
    List<SourcePass.NamedScan> fresh = stage.fresh().stream().map(scans::get).toList();
    PartFiles target = folder.stage(stage.former());
    Written written;
    if (stage.former().shards().isEmpty()) {
      int shards = job.shards(SourcePass.rows(fresh));
      List<PartResult> parts =
          job.prepare(
              tasks,
              input,
              fresh,
              shards,
              rows -> job.write(tasks, rows, stage.rules(), shards, target));
      written = new Written(parts, Set.of(), Decisions.Summary.none());
    } else {
      written = job.prepare(tasks, input, fresh, 1, rows -> update(folder, stage, rows, target));
    }
    return next(folder, stage, written);
  }

  private Written update(
      UpdateFolder folder, Stage stage, JavaPairRDD<RowKey, byte[]> prepared, PartFiles target)
      throws IOException {
    prepared.persist(StorageLevel.DISK_ONLY());
    JavaPairRDD<RowKey, byte[]> decided =
        decide(folder, stage, prepared).persist(StorageLevel.DISK_ONLY());
    try {
      Decisions.Summary summary = Decisions.Summary.none();
      for (byte[] one : decided.filter(Decisions::isSummary).values().collect()) {
        summary = summary.plus(Decisions.Summary.of(one));
      }
      Set<Integer> removed = new TreeSet<>(summary.touched());
      if (summary.added() > 0 || !removed.isEmpty()) {
        removed.addAll(small(stage.former().shards()));
      }
      long rows = summary.added();
      for (int number : removed) {
        rows += stage.former().shards().get(number).rows();
      }
      int shards = job.shards(rows);
      UpdateTasks executors = updates;
      List<UpdateTasks.NumberedShard> old =
          numbered(folder, stage.former()).stream()
              .filter(shard -> removed.contains(shard.number()))
              .toList();
      JavaPairRDD<RowKey, byte[]> all =
          spark
              .parallelize(old, Math.max(1, old.size()))
              .flatMap(executors::rows)
              .mapToPair(row -> row)
              .union(decided.filter(one -> !Decisions.isSummary(one)))
              .union(prepared)
              .mapToPair(row -> new Tuple2<>(row._1().among(shards), row._2()));
      List<PartResult> parts = job.write(tasks, all, stage.rules(), shards, target);
      return new Written(parts, removed, summary);
    } finally {
      decided.unpersist();
      prepared.unpersist();
    }
  }

  /** Which contents are new, and which shards lost rows. */
  private JavaPairRDD<RowKey, byte[]> decide(
      UpdateFolder folder, Stage stage, JavaPairRDD<RowKey, byte[]> prepared) {
    List<UpdateTasks.NumberedShard> shards = numbered(folder, stage.former());
    UpdateTasks executors = updates;
    Set<Integer> broken = stage.broken();
    int partitions =
        Math.max(spark.defaultParallelism(), (int) (stage.former().written() / ROWS_PER_DECISION));
    return spark
        .parallelize(shards, (shards.size() + SHARDS_PER_TASK - 1) / SHARDS_PER_TASK)
        .flatMap(executors::entries)
        .mapToPair(row -> row)
        .union(prepared.filter(row -> !row._1().isRejected()).mapToPair(UpdateTasks::detailsOf))
        .mapToPair(row -> new Tuple2<>(row._1().among(partitions), row._2()))
        .repartitionAndSortWithinPartitions(new PreprocessTasks.ByShard(partitions))
        .mapPartitionsToPair(sorted -> new Decisions(sorted, broken));
  }

  private static List<UpdateTasks.NumberedShard> numbered(UpdateFolder folder, UpdateState state) {
    List<UpdateTasks.NumberedShard> shards = new ArrayList<>();
    for (ShardFile shard : state.shards()) {
      shards.add(
          new UpdateTasks.NumberedShard(
              shards.size(),
              new Path(folder.path(), shard.name()).toString(),
              folder.ledger(shard).toString()));
    }
    return shards;
  }

  /** Numbers of the newest small shards that together are a small share of the data set. */
  private Set<Integer> small(List<ShardFile> shards) {
    long bytes = shards.stream().mapToLong(ShardFile::bytes).sum();
    double budget = Math.max(JOINED_BYTES, JOINED * bytes);
    Set<Integer> small = new TreeSet<>();
    for (int i = shards.size() - 1; i >= 0; i--) {
      if (4 * shards.get(i).rows() < options.shardRows() && shards.get(i).bytes() <= budget) {
        budget -= shards.get(i).bytes();
        small.add(i);
      }
    }
    return small;
  }

  /** The data set after a stage. */
  private static UpdateState next(UpdateFolder folder, Stage stage, Written written)
      throws IOException {
    UpdateState former = stage.former();
    SortedMap<String, PartResult.LanguageCounts> languages = new TreeMap<>(former.languages());
    SortedMap<String, Long> notes = new TreeMap<>(former.notes());
    List<ShardFile> shards = new ArrayList<>();
    for (int i = 0; i < former.shards().size(); i++) {
      ShardFile shard = former.shards().get(i);
      if (written.removed().contains(i)) {
        PartResult counted = folder.counted(shard);
        counted
            .languages()
            .forEach((tag, counts) -> languages.computeIfPresent(tag, (t, c) -> c.minus(counts)));
        counted.notes().forEach((note, rows) -> notes.merge(note, -rows, Long::sum));
      } else {
        shards.add(shard);
      }
    }
    int added = 0;
    long rows = 0;
    Map<Integer, TreeSet<Integer>> labels = new HashMap<>();
    written.summary().holdings().forEach(holding -> hold(labels, holding));
    for (PartResult part : written.parts()) {
      part.holdings().forEach(holding -> hold(labels, holding));
      if (part.file() != null) {
        folder.keepCounts(part.counts());
        shards.add(part.file());
        added++;
        rows += part.file().rows();
        part.languages()
            .forEach(
                (tag, counts) -> languages.merge(tag, counts, PartResult.LanguageCounts::plus));
        part.notes().forEach((note, count) -> notes.merge(note, count, Long::sum));
      }
    }
    languages.values().removeIf(counts -> counts.lengths().isEmpty());
    notes.values().removeIf(count -> count == 0);
    return new UpdateState(
        former.stage() + 1,
        former.nextShard() + added,
        former.nextLabel() + stage.fresh().size(),
        former.tokenizer(),
        former.options(),
        former.benchmarks(),
        former.images(),
        former.added() + (former.shards().isEmpty() ? rows : written.summary().added()),
        sources(stage, labels),
        shards,
        languages,
        notes);
  }

  private static void hold(Map<Integer, TreeSet<Integer>> labels, Holding holding) {
    labels.computeIfAbsent(holding.source(), source -> new TreeSet<>()).add(holding.label());
  }

  private static List<UpdateState.Source> sources(
      Stage stage, Map<Integer, TreeSet<Integer>> labels) {
    Map<String, UpdateState.Source> read = new HashMap<>();
    stage.former().sources().forEach(source -> read.put(source.name(), source));
    for (int i = 0; i < stage.fresh().size(); i++) {
      UpdateState.Source source = stage.sources().get(stage.fresh().get(i));
      read.put(
          source.name(),
          source.with(stage.former().stage(), labels.getOrDefault(i, new TreeSet<>())));
    }
    return stage.sources().stream()
        .map(source -> read.get(source.name()))
        .filter(Objects::nonNull)
        .toList();
  }

  private PreprocessReport publish(
      UpdateFolder folder,
      PreprocessInput input,
      List<SourcePass.NamedScan> scans,
      UpdateState before,
      UpdateState state,
      String fingerprint,
      long start)
      throws IOException {
    SortedMap<String, PartResult.RejectedRows> rejected = joinRejects(folder, state);
    Manifest manifest =
        job.manifest(
            state.shards(),
            state.languages(),
            rejected,
            state.read(),
            state.tokenizer(),
            fingerprint);
    PreprocessReport report =
        PreprocessReport.of(
            folder.path().toString(),
            false,
            manifest,
            PreprocessJob.seconds(start),
            SourcePass.reading(input, scans),
            0,
            false,
            state.notes(),
            rejected);
    if (before.stage() > 0) {
      report = report.withChanges(UpdateChanges.of(before, state));
    }
    List<Path> inputs = input.paths(spark.hadoopConfiguration(), options.tokenizer());
    new Judgement(options, folder.files(), folder.path(), inputs)
        .require(report, new Path(folder.draft(), PreprocessJob.REJECTED_FILE));
    folder.publish(state, manifest, report);
    return report;
  }

  private SortedMap<String, PartResult.RejectedRows> joinRejects(
      UpdateFolder folder, UpdateState state) throws IOException {
    Map<Integer, Set<String>> byStage = new TreeMap<>();
    for (UpdateState.Source source : state.sources()) {
      byStage.computeIfAbsent(source.rejects(), stage -> new HashSet<>()).add(source.name());
    }
    List<UpdateTasks.Rejects> stages = new ArrayList<>();
    for (Map.Entry<Integer, Set<String>> stage : byStage.entrySet()) {
      Path file = folder.rejects(stage.getKey());
      if (folder.files().exists(file)) {
        stages.add(new UpdateTasks.Rejects(file.toString(), stage.getValue()));
      }
    }
    UpdateTasks executors = updates;
    String draft = folder.draft().toString();
    try (JobDescription described = describe("join rejected rows")) {
      List<Tuple2<String, Long>> results =
          spark.parallelize(List.of(0), 1).map(one -> executors.join(stages, draft)).collect();
      return folder.joinedRejects().install(results, 0).get(0).rejected();
    }
  }
}
