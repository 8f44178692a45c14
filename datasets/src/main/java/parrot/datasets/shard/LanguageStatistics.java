package parrot.datasets.shard;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a data set holds of one language. Lengths are in positions of the model: tokens, with an
 * image counted as its visual tokens.
 *
 * @param supervisedTokens positions that carry a label
 * @param truncated rows of which truncation cut a part but left an answer
 */
@JsonPropertyOrder({
  "rows",
  "withPicture",
  "supervisedTokens",
  "truncated",
  "shortest",
  "median",
  "percentile90",
  "percentile99",
  "longest"
})
public record LanguageStatistics(
    long rows,
    @JsonProperty("withPicture") long withImage,
    long supervisedTokens,
    long truncated,
    int shortest,
    int median,
    int percentile90,
    int percentile99,
    int longest) {

  /**
   * @param lengths length to number of rows of that length
   */
  public static LanguageStatistics of(
      long withImage, long supervisedTokens, long truncated, Map<Integer, Long> lengths) {
    SortedMap<Integer, Long> sorted = new TreeMap<>(lengths);
    long rows = sorted.values().stream().mapToLong(Long::longValue).sum();
    return new LanguageStatistics(
        rows,
        withImage,
        supervisedTokens,
        truncated,
        rank(sorted, rows, 0),
        rank(sorted, rows, 0.5),
        rank(sorted, rows, 0.9),
        rank(sorted, rows, 0.99),
        rank(sorted, rows, 1));
  }

  /** The smallest length that at least {@code share} of the rows do not exceed. */
  private static int rank(SortedMap<Integer, Long> lengths, long rows, double share) {
    long wanted = Math.max(1, (long) Math.ceil(share * rows));
    long seen = 0;
    for (Map.Entry<Integer, Long> length : lengths.entrySet()) {
      seen += length.getValue();
      if (seen >= wanted) {
        return length.getKey();
      }
    }
    return 0;
  }
}
