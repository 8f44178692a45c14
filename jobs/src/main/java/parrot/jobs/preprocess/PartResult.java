package parrot.jobs.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.ShardFile;

/**
 * What one task wrote, as it comes back to the driver. Counts travel with the result and not
 * through accumulators, so a task that is run twice counts once.
 *
 * @param partition number of the shard; the one after the last is that of rejects
 * @param file null if no row was left
 * @param nearDuplicates rows that say nearly the same as one before them, dropped or marked
 * @param languages by tag
 * @param notes rows by what was changed or not read in them
 * @param rejected by reason
 * @param holdings which source has rows that those of the shard stand for
 */
record PartResult(
    int partition,
    ShardFile file,
    long duplicates,
    long nearDuplicates,
    SortedMap<String, LanguageCounts> languages,
    SortedMap<String, Long> notes,
    SortedMap<String, RejectedRows> rejected,
    SortedSet<Holding> holdings) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param lengths number of rows by length in positions
   */
  record LanguageCounts(
      long withImage, long supervisedTokens, long truncated, Map<Integer, Long> lengths) {
    LanguageCounts plus(LanguageCounts other) {
      return sum(other, 1);
    }

    LanguageCounts minus(LanguageCounts other) {
      return sum(other, -1);
    }

    private LanguageCounts sum(LanguageCounts other, int sign) {
      SortedMap<Integer, Long> all = new TreeMap<>(lengths);
      other.lengths.forEach(
          (length, rows) ->
              all.merge(length, sign * rows, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b)));
      return new LanguageCounts(
          withImage + sign * other.withImage,
          supervisedTokens + sign * other.supervisedTokens,
          truncated + sign * other.truncated,
          all);
    }

    LanguageStatistics statistics() {
      return LanguageStatistics.of(withImage, supervisedTokens, truncated, lengths);
    }
  }

  /**
   * @param examples a few of them: place and message
   */
  record RejectedRows(long rows, List<String> examples) {}

  PartResult named(String name) {
    return new PartResult(
        partition,
        new ShardFile(name, file.rowGroupRows(), file.bytes(), file.sha256()),
        duplicates,
        nearDuplicates,
        languages,
        notes,
        rejected,
        holdings);
  }

  /** What it counts in the shard, alone. */
  PartResult counts() {
    return new PartResult(
        partition, file, duplicates, nearDuplicates, languages, notes, rejected, new TreeSet<>());
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write a task's result as JSON", e);
    }
  }

  static PartResult fromJson(String json) {
    try {
      return JSON.readValue(json, PartResult.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot read a task's result", e);
    }
  }
}
