package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.UsageException;
import parrot.datasets.conversation.ControlTokens;
import parrot.datasets.image.ImageRules;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.datasets.shard.ShardWriter;
import parrot.datasets.source.RowReader;
import parrot.datasets.storage.FileSystems;

/**
 * The options of one run of the job.
 *
 * @param inputs JSON or JSONL: files, folders or patterns
 * @param resynchronise whether a damaged input is read on at its next whole row; else it is an
 *     error
 * @param images root of the images' paths, a folder or an archive; null for the folder of the first
 *     input
 * @param allowedRoots folders that links and absolute paths of images may lead to
 * @param tokenizer a {@code tokenizer.json}
 * @param out folder of the data set
 * @param vision whose input images become
 * @param imageSize S: images become S x S pixels
 * @param patchSize pixels a side of a visual token
 * @param maxLength longest sequence, in positions: tokens, and the visual tokens of an image
 * @param shardRows rows of a shard, about; 0 for as many as make half a gibibyte
 * @param rowGroupRows rows of a row group; 0 for as many as make 32 MiB
 * @param language of rows that do not say; null for identifying it from their text
 * @param rows how a row is read
 * @param controlTokens what becomes of those in texts
 * @param imageRules how an image is read
 * @param nearDuplicates what is done with rows that say nearly the same
 * @param benchmarks TSV files whose images must not be trained on
 * @param benchmarkQuestions whether their questions must not be trained on either
 * @param limits what the job must not count to be published
 * @param check whether the input is only checked, and no shard kept
 * @param seed of the order of rows
 * @param schedule how the run behaves among others on the same folder
 */
public record PreprocessOptions(
    List<String> inputs,
    boolean resynchronise,
    String images,
    List<String> allowedRoots,
    String tokenizer,
    String out,
    VisionEncoder vision,
    int imageSize,
    int patchSize,
    int maxLength,
    int shardRows,
    int rowGroupRows,
    Language language,
    RowReader rows,
    ControlTokens controlTokens,
    ImageRules imageRules,
    NearDuplicates nearDuplicates,
    List<String> benchmarks,
    boolean benchmarkQuestions,
    ReportLimits limits,
    boolean overwrite,
    boolean check,
    long seed,
    Schedule schedule)
    implements Serializable {
  private static final long SHARD_BYTES = 512L << 20;

  /** Options that say where something lies: what is read there counts, not the path's spelling. */
  private static final List<String> PATHS =
      List.of("inputs", "images", "allowed-roots", "tokenizer", "benchmarks");

  /**
   * How a run behaves among others on the same folder.
   *
   * @param update whether the data set is updated in place
   * @param stageRows rows after which an update that is killed can go on
   * @param waits whether the run waits for another that writes to the folder
   */
  public record Schedule(boolean update, long stageRows, boolean waits) implements Serializable {
    static final long STAGE_ROWS = 1_000_000;

    /** One run, which fails if there is another. */
    public static final Schedule ONCE = new Schedule(false, STAGE_ROWS, false);
  }

  public PreprocessOptions {
    inputs = List.copyOf(inputs);
    allowedRoots = List.copyOf(allowedRoots);
    benchmarks = List.copyOf(benchmarks);
    require(!inputs.isEmpty(), "input", "none", "at least one file or folder");
    require(
        !isEverything(images),
        "images",
        images,
        "a folder of images; absolute paths in rows are read with --allow-root");
    for (String root : allowedRoots) {
      require(!isEverything(root), "allow-root", root, "a folder, not the whole file system");
    }
    require(imageSize >= 1 && imageSize <= 8192, "image-size", imageSize, "1 to 8192");
    require(
        patchSize >= 1
            && patchSize <= imageSize
            && (vision.leavesPixels() || imageSize % patchSize == 0),
        "patch-size",
        patchSize,
        (vision.leavesPixels() ? "at most" : "a divisor of") + " the image size " + imageSize);
    require(maxLength >= 8, "max-length", maxLength, "at least 8");
    require(shardRows >= 0, "shard-rows", shardRows, "at least 1, or 0 for the default");
    require(rowGroupRows >= 0, "row-group-rows", rowGroupRows, "at least 1, or 0 for the default");
    require(schedule.stageRows() >= 1, "stage-rows", schedule.stageRows(), "at least 1");
    require(
        !(schedule.update() && overwrite),
        "update",
        "together with --overwrite",
        "alone: it replaces what has changed; to make the data set anew, delete the folder");
    require(
        !(check && (overwrite || schedule.update())),
        "check",
        "together with " + (overwrite ? "--overwrite" : "--update"),
        "alone: it writes nothing to --out");
    require(
        !(schedule.update() && nearDuplicates != NearDuplicates.KEEP),
        "near-duplicates",
        nearDuplicates.name().toLowerCase(Locale.ROOT) + " together with --update",
        "keep, for an update does not compare new rows with all others; without --update, the data set is made anew");
    require(
        nearDuplicates != NearDuplicates.KEEP
            || limits.alarms().stream()
                .noneMatch(alarm -> alarm.name().equals(ReportAlarm.NEAR_DUPLICATE)),
        "fail-on",
        ReportAlarm.NEAR_DUPLICATE,
        "given with --near-duplicates mark or drop, which looks for them");
    require(
        !benchmarkQuestions || !benchmarks.isEmpty(),
        "benchmark-questions",
        "without --benchmark",
        "given beside it, which names the benchmarks");
    double maxRejected = limits.maxRejected();
    require(maxRejected >= 0 && maxRejected <= 1, "max-rejected", maxRejected, "from 0 to 1");
    if (shardRows == 0) {
      long row = 3L * imageSize * imageSize + 4096;
      shardRows = (int) Math.max(1, Math.min(65_536, SHARD_BYTES / row));
    }
    if (rowGroupRows == 0) {
      rowGroupRows = ShardWriter.defaultRowGroupRows(imageSize);
    }
  }

  /** Whether {@code path} is the root of a file system, which nothing may go through. */
  private static boolean isEverything(String path) {
    return path != null && !path.isEmpty() && FileSystems.path(path).isRoot();
  }

  private static void require(boolean valid, String key, Object value, String expected) {
    if (!valid) {
      throw new UsageException("Invalid --" + key + ": " + value + " (must be " + expected + ")");
    }
  }

  /** Whether the data set is updated in place. */
  boolean update() {
    return schedule.update();
  }

  /** Positions that an image takes. */
  public int visualTokens() {
    return vision.visualTokens(imageSize, patchSize);
  }

  /** What of a {@link #configuration} counts beside the content of what is read. */
  static SortedMap<String, String> withoutPaths(SortedMap<String, String> configuration) {
    SortedMap<String, String> map = new TreeMap<>(configuration);
    map.keySet().removeAll(PATHS);
    return map;
  }

  /** The options that decide what comes out, as the manifest keeps them. */
  SortedMap<String, String> configuration() {
    SortedMap<String, String> map = new TreeMap<>();
    map.put("inputs", String.join(",", inputs));
    map.put("images", String.valueOf(images));
    // Absent if not given, so that data sets made before these options are known as unchanged.
    if (resynchronise) {
      map.put("resynchronise", "true");
    }
    if (!allowedRoots.isEmpty()) {
      map.put("allowed-roots", String.join(",", allowedRoots));
    }
    map.put("tokenizer", tokenizer);
    map.put("picture-size", Integer.toString(imageSize));
    map.put("patch-size", Integer.toString(patchSize));
    putUnlessDefault(map, "vision", vision, VisionEncoder.CLIP);
    map.put("max-length", Integer.toString(maxLength));
    map.put("shard-rows", Integer.toString(shardRows));
    map.put("row-group-rows", Integer.toString(rowGroupRows));
    map.put("language", language == null ? "identify" : language.tag());
    // Absent if default, so that data sets made before these options are known as unchanged.
    putUnlessDefault(map, "format", rows.format(), RowReader.DEFAULT.format());
    putUnlessDefault(map, "conversations", rows.rules(), RowReader.DEFAULT.rules());
    putUnlessDefault(map, "control-tokens", controlTokens, ControlTokens.TEXT);
    putUnlessDefault(map, "image-rules", imageRules, ImageRules.PUBLISHED);
    putUnlessDefault(map, "columns", String.join(",", rows.columns()), "");
    putUnlessDefault(map, "near-duplicates", nearDuplicates, NearDuplicates.KEEP);
    map.put("benchmarks", String.join(",", benchmarks));
    if (!benchmarks.isEmpty()) {
      // Data sets made when only equal images were kept out must not count as unchanged.
      map.put("leaks", "equal and similar images" + (benchmarkQuestions ? ", and questions" : ""));
    }
    map.put("seed", Long.toString(seed));
    if (update()) {
      putUnlessDefault(map, "stage-rows", schedule.stageRows(), Schedule.STAGE_ROWS);
    }
    return map;
  }

  private static void putUnlessDefault(
      SortedMap<String, String> map, String key, Object value, Object usual) {
    if (!value.equals(usual)) {
      map.put(key, value.toString());
    }
  }
}
