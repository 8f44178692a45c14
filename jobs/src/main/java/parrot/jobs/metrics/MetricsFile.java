package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.FileSystems;

/** Metrics of a run, a JSON object on each line, readable while the run goes on. */
public final class MetricsFile implements AutoCloseable {
  public static final String NAME = "metrics.jsonl";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FSDataOutputStream stream;

  /**
   * Begins the file; of one that is there, the lines up to a round stay, and none where the run
   * begins anew. The old file is kept aside until they are written.
   */
  public MetricsFile(FileSystem files, Path run, int round) throws IOException {
    Path file = new Path(run, NAME);
    Path before = new Path(run, "." + NAME + ".before");
    if (!files.exists(before) && files.exists(file) && !files.rename(file, before)) {
      throw new IOException("Cannot rename " + file + " to " + before);
    }
    List<String> kept =
        round > 0 && files.exists(before) ? linesUpTo(files, before, round) : List.of();
    stream = files.create(file, true);
    for (String line : kept) {
      write(line);
    }
    stream.hflush();
    files.delete(before, false);
  }

  private static List<String> linesUpTo(FileSystem files, Path file, int round) throws IOException {
    List<String> kept = new ArrayList<>();
    for (String line : FileSystems.readText(files, file, 1 << 30).lines().toList()) {
      try {
        JsonNode json = JSON.readTree(line);
        if (json.path("round").asInt(Integer.MAX_VALUE) <= round) {
          kept.add(line);
        }
      } catch (IOException e) {
        break; // the last line of a run that was killed
      }
    }
    return kept;
  }

  private void write(String line) throws IOException {
    stream.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  public void add(ObjectNode metrics) throws IOException {
    write(JSON.writeValueAsString(metrics));
    stream.hflush();
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
