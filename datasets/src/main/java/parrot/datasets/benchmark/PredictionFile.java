package parrot.datasets.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * Predictions as tab-separated values, by {@link PredictionColumns}. An empty answer of the model
 * is a pair of quotes; nothing at all is a question that was not answered, and a further column
 * tells its problem. What VLMEvalKit writes is read, as {@code .tsv} or {@code .xlsx}, and JSON
 * lines with the columns as keys, {@code .jsonl}; the answers may lie in a column that others call
 * otherwise, such as {@code response}.
 */
public final class PredictionFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREDICTION = "prediction";
  private static final List<String> OTHER_NAMES =
      List.of(
          "response",
          "output",
          "pred",
          "model_output",
          "model_answer",
          "model_response",
          "generated_text",
          "text");
  private static final List<String> KEYS = List.of("index", "question_id", "id");

  private PredictionFile() {}

  /**
   * Writes predictions in their order.
   *
   * @param path must not exist
   * @throws DataException if it cannot be written
   */
  public static void write(FileSystem fileSystem, Path path, List<Prediction> predictions) {
    PredictionColumns columns = PredictionColumns.of(predictions);
    try (Writer out = writer(fileSystem, path)) {
      out.write(String.join("\t", columns.names()) + "\n");
      for (Prediction prediction : predictions) {
        Tsv.write(out, columns.cells(prediction));
      }
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Writes predictions as JSON lines, each with what it counts as ({@code matched}), by which rule
   * ({@code matching}) and why ({@code reason}); {@link #read} reads them.
   *
   * @param path must not exist
   * @throws DataException if it cannot be written
   */
  public static void writeLines(
      FileSystem fileSystem,
      Path path,
      List<Prediction> predictions,
      MatchingRule rule,
      Language language) {
    PredictionColumns columns = PredictionColumns.of(predictions);
    try (Writer out = writer(fileSystem, path)) {
      for (Prediction prediction : predictions) {
        Map<String, Object> line = new LinkedHashMap<>();
        List<String> cells = columns.cells(prediction);
        for (int i = 0; i < cells.size(); i++) {
          line.put(columns.names().get(i), cells.get(i));
        }
        line.put("index", prediction.item().index());
        prediction
            .matched(rule, language)
            .ifPresent(
                match -> {
                  line.put("matched", match.option().map(String::valueOf).orElse(null));
                  line.put("matching", rule.fitting(List.of(prediction)).label());
                  line.put("reason", match.reason().label());
                });
        out.write(JSON.writeValueAsString(line));
        out.write('\n');
      }
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Writes predictions as a spreadsheet in the form of VLMEvalKit's; {@link #read} reads it. There
   * an empty answer cannot be told from a missing one, and control characters are left out.
   *
   * @param path must not exist
   * @throws DataException if it cannot be written
   */
  public static void writeSpreadsheet(
      FileSystem fileSystem, Path path, List<Prediction> predictions) {
    PredictionColumns columns = PredictionColumns.of(predictions);
    try (OutputStream out = fileSystem.create(path, false)) {
      Spreadsheet.write(out, columns.names(), predictions.stream().map(columns::cells).toList());
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static Writer writer(FileSystem fileSystem, Path path) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(fileSystem.create(path, false), StandardCharsets.UTF_8));
  }

  /**
   * Reads predictions in their order. Without their questions they need {@code asked}.
   *
   * @param asked questions that predictions may be to, by their index; empty if they are not known
   * @throws DataException naming file, line, column and remedy if the file is damaged
   */
  public static List<Prediction> read(FileSystem fileSystem, Path path, List<BenchmarkItem> asked) {
    try (Table table = Table.open(fileSystem, path)) {
      return table.has("question") || asked.isEmpty()
          ? withQuestions(table, path)
          : toQuestions(table, asked);
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** Reads predictions that lie beside their questions; see the other form. */
  public static List<Prediction> read(FileSystem fileSystem, Path path) {
    return read(fileSystem, path, List.of());
  }

  private static List<Prediction> withQuestions(Table table, Path path) throws IOException {
    List<BenchmarkItem> items = new ArrayList<>();
    List<Optional<String>> texts = new ArrayList<>();
    String answers = answersOf(table);
    if (table.has(answers) && !table.has("question")) {
      throw new DataException(
          "Cannot read %s: it has answers and no questions (name the benchmark file that they are from with --benchmark)"
              .formatted(path));
    }
    ItemColumns columns = new ItemColumns(table, path.getName());
    table.require(answers);
    for (Table.Row row = table.next(); row != null; row = table.next()) {
      items.add(columns.read(row));
      texts.add(Optional.ofNullable(row.raw(answers)));
    }
    columns.complete(items);
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      predictions.add(new Prediction(items.get(i), texts.get(i)));
    }
    return predictions;
  }

  private static List<Prediction> toQuestions(Table table, List<BenchmarkItem> asked)
      throws IOException {
    String answers = answersOf(table);
    table.require(answers);
    String key = KEYS.stream().filter(table::has).findFirst().orElse("index");
    table.require(key);
    Map<Long, Optional<String>> texts = new LinkedHashMap<>();
    for (Table.Row row = table.next(); row != null; row = table.next()) {
      if (texts.put(ItemColumns.index(row, key), Optional.ofNullable(row.raw(answers))) != null) {
        throw row.problem(key, "it is there already (must be unique)");
      }
    }
    Map<Long, BenchmarkItem> items = byIndex(asked);
    if (!items.keySet().containsAll(texts.keySet()) && !QuestionRows.of(asked).rotated()) {
      items = byIndex(Rotations.of(asked));
    }
    List<Prediction> predictions = new ArrayList<>();
    for (Map.Entry<Long, Optional<String>> one : texts.entrySet()) {
      BenchmarkItem item = items.get(one.getKey());
      if (item == null) {
        throw unknown(one.getKey());
      }
      predictions.add(new Prediction(item, one.getValue()));
    }
    return predictions;
  }

  private static Map<Long, BenchmarkItem> byIndex(List<BenchmarkItem> items) {
    Map<Long, BenchmarkItem> byIndex = new HashMap<>();
    items.forEach(item -> byIndex.put(item.index(), item));
    return byIndex;
  }

  /** The column of the answers: {@code prediction}, or what other programs call it. */
  private static String answersOf(Table table) {
    if (table.has(PREDICTION)) {
      return PREDICTION;
    }
    List<String> others = OTHER_NAMES.stream().filter(table::has).toList();
    if (others.size() > 1) {
      throw new DataException(
          "Cannot read %s line 1: each of the columns %s may be the answers (call one %s)"
              .formatted(table.name(), String.join(", ", others), PREDICTION));
    }
    return others.isEmpty() ? PREDICTION : others.get(0);
  }

  private static DataException unknown(long index) {
    return new DataException(
        "Cannot score question %d: the benchmark has no such question (were the predictions made on another version of it?)"
            .formatted(index));
  }

  /**
   * The predictions to all questions of a benchmark, in its order and with its answers; those it
   * has none for are missing.
   *
   * @throws DataException if a prediction is to a question that the benchmark has not, or that is
   *     another one there: they do not belong together
   */
  public static List<Prediction> complete(List<BenchmarkItem> items, List<Prediction> predictions) {
    Map<Long, Prediction> byIndex = new HashMap<>();
    predictions.forEach(prediction -> byIndex.put(prediction.item().index(), prediction));
    List<Prediction> complete = new ArrayList<>(items.size());
    for (BenchmarkItem item : items) {
      Prediction prediction = byIndex.remove(item.index());
      if (prediction == null) {
        complete.add(Prediction.missing(item));
        continue;
      }
      BenchmarkItem asked = prediction.item();
      if (!asked.isSameQuestion(item)) {
        throw new DataException(
            "Cannot score question %d: when it was asked it was \"%s\" with options %s (expected \"%s\" with options %s; were the predictions made on another version of the benchmark?)"
                .formatted(
                    item.index(),
                    asked.question(),
                    asked.options(),
                    item.question(),
                    item.options()));
      }
      complete.add(
          prediction.text().isPresent()
              ? new Prediction(item, prediction.text())
              : Prediction.missing(asked.problem().map(item::withProblem).orElse(item)));
    }
    if (!byIndex.isEmpty()) {
      throw unknown(new TreeMap<>(byIndex).firstKey());
    }
    return complete;
  }
}
