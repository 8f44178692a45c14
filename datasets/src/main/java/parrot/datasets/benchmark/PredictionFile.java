package parrot.datasets.benchmark;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/**
 * Predictions as tab-separated values: index, question, A to D (or further), answer, category,
 * l2-category, split, prediction. An empty answer of the model is a pair of quotes; nothing at all
 * is a question that was not answered.
 */
public final class PredictionFile {
  private PredictionFile() {}

  /**
   * Writes predictions in their order.
   *
   * @param path must not exist
   * @throws DataException if it cannot be written
   */
  public static void write(FileSystem fileSystem, Path path, List<Prediction> predictions) {
    List<String> letters = ItemColumns.letters(predictions.stream().map(Prediction::item).toList());
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(fileSystem.create(path, false), StandardCharsets.UTF_8))) {
      out.write("index\tquestion\t" + String.join("\t", letters));
      out.write("\tanswer\tcategory\tl2-category\tsplit\tprediction\n");
      for (Prediction prediction : predictions) {
        BenchmarkItem item = prediction.item();
        List<String> cells = new ArrayList<>();
        cells.add(Long.toString(item.index()));
        cells.add(item.question());
        ItemColumns.addOptions(cells, item, letters);
        ItemColumns.addGroups(cells, item);
        cells.add(prediction.text().orElse(null));
        Tsv.write(out, cells);
      }
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Reads predictions in their order.
   *
   * @throws DataException naming file, line, column and remedy at the first thing that is wrong
   */
  public static List<Prediction> read(FileSystem fileSystem, Path path) {
    List<Prediction> predictions = new ArrayList<>();
    try (Tsv tsv = new Tsv(fileSystem.open(path), path.toString())) {
      ItemColumns columns = new ItemColumns(tsv);
      tsv.require("prediction");
      for (Tsv.Row row = tsv.next(); row != null; row = tsv.next()) {
        predictions.add(
            new Prediction(columns.read(row), Optional.ofNullable(row.raw("prediction"))));
      }
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
    return predictions;
  }

  /**
   * The predictions to all questions of a benchmark, in its order; those it has none for are
   * missing.
   *
   * @throws DataException if a prediction is to a question that the benchmark has not, or that is
   *     another one there: they do not belong together
   */
  public static List<Prediction> complete(List<BenchmarkItem> items, List<Prediction> predictions) {
    Map<Long, Prediction> byIndex = new HashMap<>();
    predictions.forEach(prediction -> byIndex.put(prediction.item().index(), prediction));
    List<Prediction> complete = new ArrayList<>(items.size());
    Set<Long> known = new HashSet<>();
    for (BenchmarkItem item : items) {
      known.add(item.index());
      Prediction prediction = byIndex.get(item.index());
      if (prediction != null && !prediction.item().options().equals(item.options())) {
        throw new DataException(
            "Cannot score question %d: its options were %s when it was asked (expected %s; were the predictions made on another version of the benchmark?)"
                .formatted(item.index(), prediction.item().options(), item.options()));
      }
      if (prediction != null
          && !(prediction.item().question().equals(item.question())
              && prediction.item().answer().equals(item.answer()))) {
        throw new DataException(
            "Cannot score question %d: when it was asked it was \"%s\" with answer %s (expected \"%s\" with answer %s; were the predictions made on another version of the benchmark?)"
                .formatted(
                    item.index(),
                    prediction.item().question(),
                    prediction.item().answer().map(String::valueOf).orElse("none"),
                    item.question(),
                    item.answer().map(String::valueOf).orElse("none")));
      }
      complete.add(new Prediction(item, prediction == null ? Optional.empty() : prediction.text()));
    }
    for (Prediction prediction : predictions) {
      if (!known.contains(prediction.item().index())) {
        throw new DataException(
            "Cannot score question %d: the benchmark has no such question (were the predictions made on another version of it?)"
                .formatted(prediction.item().index()));
      }
    }
    return complete;
  }
}
