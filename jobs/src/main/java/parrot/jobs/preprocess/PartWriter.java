package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.shard.ShardFile;
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

  /** Writes a shard, leaving out each row whose content the one before it had. */
  PartResult writeShard(int partition, Iterator<Tuple2<RowKey, byte[]>> rows) throws IOException {
    Map<String, Counts> languages = new HashMap<>();
    SortedMap<String, Long> notes = new TreeMap<>();
    long duplicates = 0;
    ShardWriter writer = new ShardWriter(files, file, options.imageSize(), options.rowGroupRows());
    try (writer) {
      RowKey last = null;
      while (rows.hasNext()) {
        Tuple2<RowKey, byte[]> next = rows.next();
        if (next._1().sameContent(last)) {
          duplicates++;
          continue;
        }
        last = next._1();
        PreparedRow row = RowCodec.decode(next._2());
        writer.write(row.example());
        row.notes().forEach(note -> count(notes, note));
        languages
            .computeIfAbsent(row.example().language().tag(), tag -> new Counts())
            .add(row, options.visualTokens());
      }
    }
    SortedMap<String, PartResult.LanguageCounts> counts = new TreeMap<>();
    languages.forEach((tag, count) -> counts.put(tag, count.result()));
    ShardFile description = writer.rows() == 0 ? null : writer.description();
    return new PartResult(partition, description, duplicates, counts, notes, new TreeMap<>());
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
    return new PartResult(partition, null, 0, new TreeMap<>(), new TreeMap<>(), rejected);
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
