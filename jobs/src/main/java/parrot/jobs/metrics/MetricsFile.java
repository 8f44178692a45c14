package parrot.jobs.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.FileSystems;

/** The metrics of a run: a JSON object on each line, readable while the run goes on. */
public final class MetricsFile implements AutoCloseable {
  public static final String NAME = "metrics.jsonl";

  /** Folder of the same numbers for TensorBoard, in the run's. */
  public static final String TENSORBOARD = EventFile.FOLDER;

  private static final int MOST = 1 << 30; // bytes
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FSDataOutputStream stream;
  private final Optional<EventFile> events;

  /**
   * Begins the file. Of an existing one, the lines up to a round stay; none if the run begins anew.
   * The old file is kept aside until they are written.
   *
   * @param tensorboard whether to also write the same numbers for TensorBoard
   */
  public MetricsFile(FileSystem files, Path run, int round, boolean tensorboard)
      throws IOException {
    Path file = new Path(run, NAME);
    Path before = new Path(run, "." + NAME + ".before");
    if (!files.exists(before) && files.exists(file) && !files.rename(file, before)) {
      throw new IOException("Cannot rename " + file + " to " + before);
    }
    List<String> kept =
        round > 0 && files.exists(before) ? linesUpTo(files, before, round) : List.of();
    stream = files.create(file, true);
    events = tensorboard ? Optional.of(new EventFile(files, run)) : Optional.empty();
    for (String line : kept) {
      write(line, JSON.readTree(line));
    }
    stream.hflush();
    files.delete(before, false);
  }

  /**
   * Reads the metrics of a run, also of one that goes on.
   *
   * @param run its folder
   * @throws DataException naming the line that is damaged; the last one may be incomplete
   */
  public static List<MetricsLine> read(FileSystem files, Path run) throws IOException {
    Path file = new Path(run, NAME);
    String text = FileSystems.readText(files, file, MOST);
    List<String> lines = text.lines().toList();
    List<MetricsLine> read = new ArrayList<>();
    for (String line : lines) {
      try {
        read.add(MetricsLine.fromJson(JSON.readTree(line)));
      } catch (JsonProcessingException e) {
        if (read.size() == lines.size() - 1 && !text.endsWith("\n")) {
          break; // the run was killed, or is just writing the line
        }
        throw damaged(file, read.size() + 1, e.getOriginalMessage(), e);
      } catch (DataException e) {
        throw damaged(file, read.size() + 1, e.getMessage(), e);
      }
    }
    return read;
  }

  private static DataException damaged(Path file, int line, String reason, Exception cause) {
    return new DataException("Cannot read %s line %d: %s".formatted(file, line, reason), cause);
  }

  private static List<String> linesUpTo(FileSystem files, Path file, int round) throws IOException {
    List<String> kept = new ArrayList<>();
    for (String line : FileSystems.readText(files, file, MOST).lines().toList()) {
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

  private void write(String text, JsonNode line) throws IOException {
    stream.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    if (events.isPresent()) {
      events.get().add(line);
    }
  }

  public void add(MetricsLine line) throws IOException {
    JsonNode json = line.toJson();
    write(JSON.writeValueAsString(json), json);
    stream.hflush();
  }

  @Override
  public void close() throws IOException {
    stream.close();
    if (events.isPresent()) {
      events.get().close();
    }
  }
}
