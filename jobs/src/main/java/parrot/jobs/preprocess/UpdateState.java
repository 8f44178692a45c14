package parrot.jobs.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import parrot.datasets.DataException;
import parrot.datasets.shard.ShardFile;

/**
 * A version of a data set that is updated in place, as the next update needs it.
 *
 * @param stage how many stages there were; numbers the files of rejects
 * @param nextShard number of the next shard
 * @param nextLabel of the next source that is prepared
 * @param tokenizer fingerprint
 * @param options that decide what comes out
 * @param benchmarks checksum of what must not be trained on
 * @param images fingerprint of the image folders
 * @param added rows since the version before
 * @param sources in the order of the input
 * @param shards in the order of their numbers
 * @param languages counts of the rows in shards, by tag
 * @param notes rows in shards by what was changed or not read in them
 */
record UpdateState(
    int stage,
    int nextShard,
    int nextLabel,
    String tokenizer,
    SortedMap<String, String> options,
    String benchmarks,
    String images,
    long added,
    List<Source> sources,
    List<ShardFile> shards,
    SortedMap<String, PartResult.LanguageCounts> languages,
    SortedMap<String, Long> notes) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A source that was read.
   *
   * @param sha256 of its content
   * @param images checksum of the stamps of the images that it names
   * @param rejects the stage whose file of rejects has those of this source
   * @param labels of the stored rows that stand for those of this source
   */
  record Source(
      String name,
      String sha256,
      String images,
      long rows,
      int rejects,
      SortedSet<Integer> labels) {
    Source {
      labels = new TreeSet<>(labels);
    }

    /** Whether it names images outside of itself. */
    boolean namesImages() {
      return !images.startsWith("0-");
    }

    Source with(int stage, SortedSet<Integer> found) {
      return new Source(name, sha256, images, rows, stage, found);
    }

    boolean sameContent(Source other) {
      return name.equals(other.name) && sha256.equals(other.sha256) && images.equals(other.images);
    }
  }

  static UpdateState empty() {
    return new UpdateState(
        0,
        0,
        0,
        "",
        new TreeMap<>(),
        "",
        "",
        0,
        List.of(),
        List.of(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  /** The same, to be updated to another version. */
  UpdateState asFormer() {
    return new UpdateState(
        stage,
        nextShard,
        nextLabel,
        tokenizer,
        options,
        benchmarks,
        images,
        0,
        sources,
        shards,
        languages,
        notes);
  }

  /** The same data with what it is compared with, and the sources that it still holds. */
  UpdateState comparedWith(
      String tokenizerNow,
      SortedMap<String, String> optionsNow,
      PreprocessJob.Fingerprint now,
      List<Source> left) {
    return new UpdateState(
        stage,
        nextShard,
        nextLabel,
        tokenizerNow,
        optionsNow,
        now.benchmarks(),
        now.images(),
        added,
        left,
        shards,
        languages,
        notes);
  }

  long written() {
    return shards.stream().mapToLong(ShardFile::rows).sum();
  }

  long read() {
    return sources.stream().mapToLong(Source::rows).sum();
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write the state of an update as JSON", e);
    }
  }

  static UpdateState fromJson(String json, String origin) {
    try {
      return JSON.readValue(json, UpdateState.class);
    } catch (JsonProcessingException e) {
      throw new DataException(
          "Cannot read "
              + origin
              + ": "
              + e.getOriginalMessage()
              + " (delete the data set and make it anew)",
          e);
    }
  }
}
