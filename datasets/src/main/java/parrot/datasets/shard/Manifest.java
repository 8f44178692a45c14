package parrot.datasets.shard;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/**
 * What a data set is made of. Two runs over the same input give the same manifest, byte for byte.
 *
 * @param schemaVersion of {@link ShardSchema}
 * @param tokenizer fingerprint of the tokenizer that made the ids
 * @param imageSize S: images are S x S pixels
 * @param languages by tag
 * @param rejected number of rows by reason
 * @param configuration the options that decide what comes out
 * @param input fingerprint of everything that went in; equal fingerprints and configurations give
 *     equal shards
 * @param files the shards, in order
 */
@JsonPropertyOrder({
  "schemaVersion",
  "tokenizer",
  "pictureSize",
  "totals",
  "languages",
  "rejected",
  "configuration",
  "input",
  "files"
})
public record Manifest(
    int schemaVersion,
    String tokenizer,
    @JsonProperty("pictureSize") int imageSize,
    Totals totals,
    SortedMap<String, LanguageStatistics> languages,
    SortedMap<String, Long> rejected,
    SortedMap<String, String> configuration,
    String input,
    List<ShardFile> files) {
  public static final String FILE_NAME = "manifest.json";

  private static final long LARGEST = 1L << 30;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  public Manifest {
    languages = sorted(languages);
    rejected = sorted(rejected);
    configuration = sorted(configuration);
    files = List.copyOf(files);
    long rows = files.stream().mapToLong(ShardFile::rows).sum();
    if (rows != totals.written()) {
      throw new DataException(
          "Invalid manifest: the files have "
              + rows
              + " rows, but the totals say that "
              + totals.written()
              + " were written");
    }
  }

  private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /** Rows in all files. */
  public long rows() {
    return totals.written();
  }

  /** Bytes in all files. */
  public long bytes() {
    return files.stream().mapToLong(ShardFile::bytes).sum();
  }

  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write the manifest as JSON", e);
    }
  }

  /** SHA-256 of the file that {@link #write} makes. */
  public String fingerprint() {
    return Digests.sha256(toJson().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param origin where the text came from, for the message
   * @throws DataException if it is not a manifest, or of a version that this program does not know
   */
  public static Manifest fromJson(String json, String origin) {
    try {
      int version = schemaVersion(json, origin);
      if (version != ShardSchema.VERSION) {
        throw new DataException(
            "Cannot read "
                + origin
                + ": unknown schema version (got "
                + version
                + ", expected "
                + ShardSchema.VERSION
                + "); preprocess again with this program, or use the one that wrote it");
      }
      return JSON.readValue(json, Manifest.class);
    } catch (JsonProcessingException e) {
      throw new DataException("Cannot read " + origin + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without a tree of the whole, which may be large. */
  private static int schemaVersion(String json, String origin) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals("schemaVersion");
        JsonToken value = parser.nextToken();
        if (found && value == JsonToken.VALUE_NUMBER_INT) {
          return parser.getIntValue();
        }
        parser.skipChildren();
      }
    }
    throw new DataException("Cannot read " + origin + ": not a manifest (no schemaVersion)");
  }

  public static Manifest read(FileSystem files, Path folder) throws IOException {
    return fromBytes(bytes(files, folder), new Path(folder, FILE_NAME));
  }

  static Manifest fromBytes(byte[] json, Path origin) {
    return fromJson(new String(json, StandardCharsets.UTF_8), origin.toString());
  }

  static byte[] bytes(FileSystem files, Path folder) throws IOException {
    return FileSystems.readFully(files, new Path(folder, FILE_NAME), LARGEST);
  }

  public void write(FileSystem files, Path folder) throws IOException {
    FileSystems.writeText(files, new Path(folder, FILE_NAME), toJson());
  }
}
