package parrot.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The reference cases for text, and files for tests. */
public final class ReferenceText {
  private ReferenceText() {}

  public static JsonNode json(String name) {
    try (InputStream in = ReferenceText.class.getResourceAsStream("/text/" + name)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  public static Stream<JsonNode> cases(String name) {
    return StreamSupport.stream(json(name).spliterator(), false);
  }

  /** The local file system, without checksum files beside what is written. */
  public static FileSystem local() {
    try {
      RawLocalFileSystem local = new RawLocalFileSystem();
      local.initialize(java.net.URI.create("file:///"), new Configuration());
      return local;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a file and returns its path for Hadoop. */
  public static org.apache.hadoop.fs.Path write(Path folder, String name, String content)
      throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    return new org.apache.hadoop.fs.Path(file.toUri());
  }
}
