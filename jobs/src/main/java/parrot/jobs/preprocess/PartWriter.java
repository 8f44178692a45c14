package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardLedger;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.ShardWriter;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import scala.Tuple2;

/** Writes the sorted rows of one partition, a row at a time. */
final class PartWriter {
  private static final int EXAMPLES = 3;
  private static final int NOTES = 100;

  private final PreprocessOptions options;
  private final FileSystem files;
  private final Path file;

  /**
   * @param file a name of this attempt alone: Spark may run a task twice at the same time
   */
  PartWriter(PreprocessOptions options, FileSystem files, Path file) {
    this.options = options;
    this.files = files;
    this.file = file;
  }

  /**
   * Writes a shard with one row of each content.
   *
   * @param nearRows found among all rows
   * @param ledger null for none
   */
  PartResult writeShard(
      int partition,
      Iterator<Tuple2<RowKey, byte[]>> rows,
      RowChoice.Rules rules,
      NearRows nearRows,
      Path ledger)
      throws IOException {
    RowChoice choice = new RowChoice(rows, rules);
    Map<String, Counts> languages = new HashMap<>();
    SortedMap<String, Long> notes = new TreeMap<>();
    long nearDuplicates = 0;
    boolean drops = options.nearDuplicates() == NearDuplicates.DROP;
    ShardWriter writer =
        new ShardWriter(
            files, file, options.imageSize(), options.rowGroupRows(), options.rows().columns());
    try (writer;
        ShardLedger.Writer entries =
            ledger == null ? null : new ShardLedger.Writer(files, ledger)) {
      while (choice.hasNext()) {
        RowChoice.Chosen chosen = choice.next();
        long place = chosen.key().place();
        if (options.nearDuplicates() != NearDuplicates.KEEP && nearRows.rows().rank(place) > 0) {
          nearDuplicates++;
          if (drops) {
            continue;
          }
        }
        PreparedRow row = chosen.row();
        writer.write(grouped(row.example(), place, nearRows));
        if (entries != null) {
          entries.write(entry(chosen));
        }
        row.notes().forEach(note -> count(notes, note));
        languages
            .computeIfAbsent(row.example().language().tag(), tag -> new Counts())
            .add(row, options.visualTokens());
      }
    }
    SortedMap<String, PartResult.LanguageCounts> counts = new TreeMap<>();
    languages.forEach((tag, count) -> counts.put(tag, count.result()));
    ShardFile description = writer.rows() == 0 ? null : writer.description();
    return new PartResult(
        partition,
        description,
        choice.duplicates() + (drops ? nearDuplicates : 0),
        nearDuplicates,
        counts,
        notes,
        new TreeMap<>(),
        choice.holdings());
  }

  private static ShardLedger.Row entry(RowChoice.Chosen chosen) {
    PreparedRow row = chosen.row();
    return new ShardLedger.Row(
        chosen.key().content(),
        row.details(),
        chosen.label(),
        row.truncated(),
        String.join("\n", row.notes()));
  }

  private TrainingExample grouped(TrainingExample row, long place, NearRows nearRows) {
    TrainingExample grouped = row;
    if (row.hasImage()) {
      long image = ImageNumber.of(row.pixels());
      grouped = grouped.withScore(ShardSchema.IMAGE_GROUP, nearRows.images().first(image));
    }
    if (options.nearDuplicates() != NearDuplicates.KEEP) {
      grouped = grouped.withScore(ShardSchema.NEAR_RANK, nearRows.rows().rank(place));
      if (!nearRows.rows().isAlone(place)) {
        grouped = grouped.withScore(ShardSchema.NEAR_GROUP, nearRows.rows().first(place));
      }
    }
    return grouped;
  }

  /** Rows may have keys of their own each, so only so many notes are told apart. */
  private static void count(SortedMap<String, Long> notes, String note) {
    boolean known = notes.containsKey(note) || notes.size() < NOTES;
    notes.merge(known ? note : "other keys not read", 1L, Long::sum);
  }

  /** Writes the table of rejects, if there are any. */
  PartResult writeRejects(int partition, Iterator<Tuple2<RowKey, byte[]>> rows) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    Map<String, List<String>> examples = new HashMap<>();
    if (rows.hasNext()) {
      try (RejectFile out = new RejectFile(files, file)) {
        while (rows.hasNext()) {
          Reject reject = RowCodec.decodeReject(rows.next()._2());
          out.write(reject);
          String reason = reject.reason().name();
          counts.merge(reason, 1L, Long::sum);
          List<String> some = examples.computeIfAbsent(reason, key -> new ArrayList<>());
          if (some.size() < EXAMPLES) {
            some.add(reject.origin() + ": " + reject.message());
          }
        }
      }
    }
    SortedMap<String, PartResult.RejectedRows> rejected = new TreeMap<>();
    counts.forEach(
        (reason, count) ->
            rejected.put(reason, new PartResult.RejectedRows(count, examples.get(reason))));
    return new PartResult(
        partition, null, 0, 0, new TreeMap<>(), new TreeMap<>(), rejected, new TreeSet<>());
  }

  private static final class Counts {
    private final Map<Integer, Long> lengths = new TreeMap<>();
    private long withImage;
    private long supervisedTokens;
    private long truncated;

    void add(PreparedRow row, int visualTokens) {
      TrainingExample example = row.example();
      withImage += example.hasImage() ? 1 : 0;
      supervisedTokens += example.supervisedTokens();
      truncated += row.truncated() ? 1 : 0;
      lengths.merge(RowLengths.positions(example.tokenIds(), visualTokens), 1L, Long::sum);
    }

    PartResult.LanguageCounts result() {
      return new PartResult.LanguageCounts(withImage, supervisedTokens, truncated, lengths);
    }
  }
}
