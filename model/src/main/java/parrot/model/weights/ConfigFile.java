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
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/** JSON files of a model's folder. */
public final class ConfigFile {
  public static final String NAME = "config.json";

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
    try (InputStream stream = file.getFileSystem(configuration).open(file)) {
      JsonNode json = JSON.readTree(stream);
      if (!json.isObject()) {
        throw new ModelException("Cannot read " + file + ": not a JSON object");
      }
      return json;
    } catch (FileNotFoundException e) {
      throw new ModelException("Cannot open " + what + ": there is no " + file, e);
    } catch (JsonProcessingException e) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": no valid JSON, line "
              + e.getLocation().getLineNr()
              + ": "
              + e.getOriginalMessage().replaceFirst(": enable .*", ""),
          e);
    } catch (IOException e) {
      throw StorageInput.failure(file, e);
    }
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
