package parrot.datasets.shard;

import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * One row of a shard. The arrays are not copied: a reader of the cache must not write to them.
 *
 * @param tokenIds [T], -200 where the image goes
 * @param labels [T], -100 where nothing is to be learned
 * @param pixels [S*S*3] RGB values, rows of pixels from the top, as prepared for image size S; null
 *     for text alone
 * @param source where the row came from, {@code file:line}
 * @param scores further columns by name: an Integer, a Long or a String; not trained on
 */
public record TrainingExample(
    String id,
    Language language,
    int[] tokenIds,
    int[] labels,
    byte[] pixels,
    String source,
    SortedMap<String, Object> scores) {
  public TrainingExample {
    scores = Collections.unmodifiableSortedMap(scores);
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(language, "language");
    Objects.requireNonNull(source, "source");
    if (tokenIds.length == 0 || tokenIds.length != labels.length) {
      throw new DataException(
          "Invalid example "
              + source
              + ": token ids and labels differ in length (got "
              + tokenIds.length
              + " and "
              + labels.length
              + ", expected the same, not 0)");
    }
  }

  /** An example without scores. */
  public TrainingExample(
      String id, Language language, int[] tokenIds, int[] labels, byte[] pixels, String source) {
    this(id, language, tokenIds, labels, pixels, source, Collections.emptySortedMap());
  }

  /** The same with one more score. */
  public TrainingExample withScore(String name, Object value) {
    SortedMap<String, Object> more = new TreeMap<>(scores);
    more.put(name, value);
    return new TrainingExample(id, language, tokenIds, labels, pixels, source, more);
  }

  public boolean hasImage() {
    return pixels != null;
  }

  /** Number of positions that carry a label. */
  public int supervisedTokens() {
    int count = 0;
    for (int label : labels) {
      if (label != ShardSchema.IGNORE) {
        count++;
      }
    }
    return count;
  }

  /** About what this example takes in memory. */
  long bytes() {
    return 200L
        + 8L * tokenIds.length
        + (pixels == null ? 0 : pixels.length)
        + id.length()
        + source.length()
        + 64L * scores.size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrainingExample that
        && id.equals(that.id)
        && language.equals(that.language)
        && source.equals(that.source)
        && scores.equals(that.scores)
        && Arrays.equals(tokenIds, that.tokenIds)
        && Arrays.equals(labels, that.labels)
        && Arrays.equals(pixels, that.pixels);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, language, source, Arrays.hashCode(tokenIds));
  }

  @Override
  public String toString() {
    return "TrainingExample["
        + id
        + ", "
        + language.tag()
        + ", "
        + tokenIds.length
        + " tokens, "
        + (pixels == null ? "no image" : pixels.length + " pixel bytes")
        + ", "
        + source
        + "]";
  }
}
