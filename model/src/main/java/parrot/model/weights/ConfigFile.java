package parrot.model.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/** JSON files of a model's folder. */
public final class ConfigFile {
  public static final String NAME = "config.json";

  private static final String NO_OBJECT = "not a JSON object";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ConfigFile() {}

  /**
   * Reads a JSON object, in which each key may stand once.
   *
   * @param what the file belongs to, for messages
   * @throws ModelException if there is no such file or it is not such an object
   */
  public static JsonNode read(Path file, Configuration configuration, String what) {
    try {
      FileSystem files = file.getFileSystem(configuration);
      try (FSDataInputStream stream = files.open(file)) {
        FileStart.of(stream, files.getFileStatus(file).getLen()).refuseOthers(file);
        JsonNode json = JSON.readTree((InputStream) stream);
        if (!json.isObject()) {
          throw new ModelException(
              "Cannot read " + file + ": " + (json.isMissingNode() ? "it is empty" : NO_OBJECT));
        }
        return json;
      }
    } catch (FileNotFoundException e) {
      throw new ModelException("Cannot open " + what + ": " + missing(file, configuration), e);
    } catch (JsonProcessingException e) {
      throw new ModelException("Cannot read %s: no valid JSON, %s".formatted(file, reason(e)), e);
    } catch (IOException e) {
      throw StorageInput.failure(file, e);
    }
  }

  /** What is wrong and on which line, without the parser's own words about its settings. */
  static String reason(JsonProcessingException e) {
    String words =
        e.getOriginalMessage()
            .replaceFirst("(?s)(: enable | \\((start marker|for root|bound as)).*", "")
            .replaceFirst(", from `[^`]*`", "");
    return e.getLocation() == null
        ? words
        : "line %d: %s".formatted(e.getLocation().getLineNr(), words);
  }

  private static String missing(Path file, Configuration configuration) {
    Path folder = file.getParent();
    try {
      FileSystem files = file.getFileSystem(configuration);
      if (!files.exists(folder)) {
        return "there is no folder "
            + folder
            + " (published models are not downloaded by their names: download it, then name the folder)";
      }
      if (files.getFileStatus(folder).isFile()) {
        return folder + " is a file (name the folder in which it lies)";
      }
      // A hub's cache keeps the files of a model one level deeper.
      FileStatus[] found = files.globStatus(new Path(folder, "snapshots/*/" + file.getName()));
      if (found != null && found.length > 0) {
        return "there is no %s, but there is one in %s (name that folder)"
            .formatted(file, found[0].getPath().getParent());
      }
    } catch (IOException e) {
      // What is missing is said either way.
    }
    return "there is no " + file;
  }

  /** The {@code config.json} of a folder, or in the folder of a file; it need not be there. */
  public static Path beside(Path place, Configuration configuration) {
    try {
      FileSystem files = place.getFileSystem(configuration);
      boolean single = files.exists(place) && files.getFileStatus(place).isFile();
      return new Path(single ? place.getParent() : place, NAME);
    } catch (IOException e) {
      throw StorageInput.failure(place, e);
    }
  }

  public static boolean exists(Path file, Configuration configuration) {
    try {
      return file.getFileSystem(configuration).exists(file);
    } catch (IOException e) {
      throw StorageInput.failure(file, e);
    }
  }
}
