package parrot.jobs.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import parrot.datasets.shard.ShardFile;

/**
 * What one task wrote, as it comes back to the driver. Counts travel with the result and not
 * through accumulators, so a task that is run twice counts once.
 *
 * @param partition number of the shard; the one after the last is that of rejects
 * @param file null if no row was left
 * @param languages by tag
 * @param notes rows by what was changed or not read in them
 * @param rejected by reason
 */
record PartResult(
    int partition,
    ShardFile file,
    long duplicates,
    SortedMap<String, LanguageCounts> languages,
    SortedMap<String, Long> notes,
    SortedMap<String, RejectedRows> rejected) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param lengths number of rows by length in positions
   */
  record LanguageCounts(
      long withImage, long supervisedTokens, long truncated, Map<Integer, Long> lengths) {}

  /**
   * @param examples a few of them: place and message
   */
  record RejectedRows(long rows, List<String> examples) {}

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
