package parrot.datasets.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;
import parrot.datasets.storage.StoredStream;

/**
 * Questions without right answers, one a row: JSON lines, or a table with a header ({@code .tsv},
 * {@code .xlsx}). Keys and columns are {@code id} (or {@code index}), {@code question}, {@code
 * system}, and {@code image}, a file's name from the folder of the questions.
 */
public final class QuestionFile {
  private static final Set<String> KEYS = Set.of("id", "index", "question", "system", "image");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private QuestionFile() {}

  /**
   * One row.
   *
   * @param id as the file has it, else the line
   * @param problem why it cannot be asked; empty if it can
   */
  public record Row(
      String id,
      String question,
      Optional<String> system,
      Optional<String> image,
      Optional<String> problem) {}

  /**
   * Reads all rows in order; one that cannot be asked has its problem.
   *
   * @throws DataException if the file holds no questions, or not in one of these forms
   */
  public static List<Row> read(FileSystem files, Path path) {
    String name = path.getName().toLowerCase(Locale.ROOT);
    boolean lines = name.endsWith(".jsonl") || name.endsWith(".ndjson");
    if (!lines && !name.endsWith(".tsv") && !name.endsWith(Spreadsheet.EXTENSION)) {
      throw new DataException(
          "Cannot read questions from %s: its form is unknown (must end in .jsonl, .tsv or .xlsx)"
              .formatted(path));
    }
    try {
      List<Row> rows = lines ? jsonLines(files, path) : table(files, path);
      if (rows.isEmpty()) {
        throw new DataException(
            "Cannot read questions from %s: it holds none (expected at least one)".formatted(path));
      }
      return rows;
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static List<Row> table(FileSystem files, Path path) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Table table = Table.open(files, path)) {
      table.require("question");
      table.refuseOthersThan(KEYS);
      for (Table.Row row = table.next(); row != null; row = table.next()) {
        String question = row.value("question").orElse("");
        rows.add(
            row(
                id(row),
                question,
                row.value("system"),
                row.value("image").map(ListCell::elements).orElse(List.of()),
                question.isEmpty() ? row.says("question", "no question") : null));
      }
    }
    return rows;
  }

  private static String id(Table.Row row) {
    return row.value("id")
        .or(() -> row.value("index").map(ItemColumns::whole))
        .orElse(Integer.toString(row.line()));
  }

  private static List<Row> jsonLines(FileSystem files, Path path) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(StoredStream.open(files, path), StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (!UnicodeText.isBlank(line)) {
          rows.add(jsonLine(line, number));
        }
      }
    }
    return rows;
  }

  private static Row jsonLine(String line, int number) {
    JsonNode object;
    try {
      object = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return unusable(number, "it is not JSON (%s)".formatted(e.getOriginalMessage()));
    }
    if (!object.isObject()) {
      return unusable(number, "it is not an object");
    }
    Set<String> unknown = new TreeSet<>();
    object.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(KEYS);
    String problem = null;
    if (!unknown.isEmpty()) {
      problem =
          "line %d: unknown keys %s (known are %s)".formatted(number, unknown, new TreeSet<>(KEYS));
    } else if (!object.path("question").isTextual()
        || UnicodeText.isBlank(object.path("question").asText())) {
      problem = "line %d: no question (must be a text that is not blank)".formatted(number);
    }
    JsonNode system = object.path("system");
    if (problem == null && !system.isMissingNode() && !system.isNull() && !system.isTextual()) {
      problem = "line %d: system is not a text".formatted(number);
    }
    List<String> images = new ArrayList<>();
    JsonNode image = object.path("image");
    if (image.isArray()) {
      image.forEach(one -> images.add(one.asText()));
    } else if (image.isTextual()) {
      images.add(image.asText());
    } else if (!image.isMissingNode() && !image.isNull() && problem == null) {
      problem = "line %d: image is not the name of a file".formatted(number);
    }
    return row(
        object.path("id").asText(object.path("index").asText(Integer.toString(number))),
        object.path("question").asText(),
        Optional.ofNullable(system.textValue()),
        images,
        problem);
  }

  private static Row unusable(int number, String reason) {
    return row(
        Integer.toString(number),
        "",
        Optional.empty(),
        List.of(),
        "line %d: %s".formatted(number, reason));
  }

  private static Row row(
      String id, String question, Optional<String> system, List<String> images, String problem) {
    String several =
        images.size() > 1
            ? "%d images (several images in one question are not supported; expected one)"
                .formatted(images.size())
            : null;
    return new Row(
        id,
        question,
        system,
        images.stream().findFirst(),
        Optional.ofNullable(problem == null ? several : problem));
  }
}
