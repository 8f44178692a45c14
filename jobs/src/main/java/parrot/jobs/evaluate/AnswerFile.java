package parrot.jobs.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.FileSystems;

/** Answers by their {@linkplain AnswerKeys keys}, a JSON object on each line, as they come. */
final class AnswerFile implements AutoCloseable {
  static final String NAME = "answers.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

  private record Line(String key, String text) {}

  private final FileSystem files;
  private final Path file;
  private FSDataOutputStream stream;

  /**
   * @param file must not exist; it is made with the first answer
   */
  AnswerFile(FileSystem files, Path file) {
    this.files = files;
    this.file = file;
  }

  /** Adds answers; what was added before survives when the process is killed. */
  void add(Map<String, String> answers) throws IOException {
    if (answers.isEmpty()) {
      return;
    }
    if (stream == null) {
      stream = files.create(file, false);
    }
    for (Map.Entry<String, String> answer : answers.entrySet()) {
      String line = JSON.writeValueAsString(new Line(answer.getKey(), answer.getValue()));
      stream.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    stream.hflush();
  }

  /** The answers of a file up to the line that its writer was killed in; none if there is none. */
  static Map<String, String> read(FileSystem files, Path file) throws IOException {
    Map<String, String> answers = new LinkedHashMap<>();
    if (files.exists(file)) {
      String text = FileSystems.readText(files, file, 1L << 30);
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
        try {
          Line answer = JSON.readValue(line, Line.class);
          answers.put(answer.key(), answer.text());
        } catch (JsonProcessingException e) {
          break; // what follows is asked again
        }
      }
    }
    return answers;
  }

  @Override
  public void close() throws IOException {
    if (stream != null) {
      stream.close();
    }
  }
}
