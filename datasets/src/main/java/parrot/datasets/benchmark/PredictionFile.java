package parrot.datasets.benchmark;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/**
 * Predictions as tab-separated values: index, question, A to D (or further), answer, category,
 * l2-category, split, prediction. An empty answer of the model is a pair of quotes; nothing at all
 * is a question that was not answered, and a further column tells its problem. What VLMEvalKit
 * writes is read, as {@code .tsv} or {@code .xlsx}.
 */
public final class PredictionFile {
  private PredictionFile() {}

  /**
   * Writes predictions in their order. The columns {@code problem} and {@code g_index} are there if
   * a question has one.
   *
   * @param path must not exist
   * @throws DataException if it cannot be written
   */
  public static void write(FileSystem fileSystem, Path path, List<Prediction> predictions) {
    List<BenchmarkItem> items = predictions.stream().map(Prediction::item).toList();
    List<String> letters = ItemColumns.letters(items);
    boolean groups = items.stream().anyMatch(item -> !item.group().isEmpty());
    boolean problems = items.stream().anyMatch(item -> item.problem().isPresent());
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(fileSystem.create(path, false), StandardCharsets.UTF_8))) {
      out.write(String.join("\t", header(letters)));
      out.write("\tanswer\tcategory\tl2-category\tsplit\tprediction");
      out.write(groups ? "\t" + ItemColumns.GROUP : "");
      out.write(problems ? "\t" + ItemColumns.PROBLEM : "");
      out.write(letters.isEmpty() ? "\t" + ItemColumns.KIND : "");
      out.write("\n");
      for (Prediction prediction : predictions) {
        BenchmarkItem item = prediction.item();
        List<String> cells = new ArrayList<>();
        cells.add(Long.toString(item.index()));
        cells.add(item.question().isEmpty() ? null : item.question());
        ItemColumns.addOptions(cells, item, letters);
        ItemColumns.addGroups(cells, item);
        cells.add(prediction.text().orElse(null));
        if (groups) {
          cells.add(item.group().isEmpty() ? null : item.group());
        }
        if (problems) {
          cells.add(item.problem().orElse(null));
        }
        if (letters.isEmpty()) {
          cells.add(item.open().map(asked -> asked.kind().label()).orElse(null));
        }
        Tsv.write(out, cells);
      }
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static List<String> header(List<String> letters) {
    List<String> header = new ArrayList<>(List.of("index", "question"));
    header.addAll(letters);
    return header;
  }

  /**
   * Reads predictions in their order.
   *
   * @throws DataException naming file, line, column and remedy if the file is damaged
   */
  public static List<Prediction> read(FileSystem fileSystem, Path path) {
    List<BenchmarkItem> items = new ArrayList<>();
    List<Optional<String>> texts = new ArrayList<>();
    try (Table table = Table.open(fileSystem, path)) {
      ItemColumns columns = new ItemColumns(table, path.getName());
      table.require("prediction");
      for (Table.Row row = table.next(); row != null; row = table.next()) {
        items.add(columns.read(row));
        texts.add(Optional.ofNullable(row.raw("prediction")));
      }
      columns.complete(items);
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      predictions.add(new Prediction(items.get(i), texts.get(i)));
    }
    return predictions;
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
      throw new DataException(
          "Cannot score question %d: the benchmark has no such question (were the predictions made on another version of it?)"
              .formatted(new TreeMap<>(byIndex).firstKey()));
    }
    return complete;
  }
}
