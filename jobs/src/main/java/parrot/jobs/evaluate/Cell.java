package parrot.jobs.evaluate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.Prediction;

/**
 * One benchmark file of an evaluation and what came of it.
 *
 * @param predictions empty if it failed
 * @param reused whether they were there already, with the same key
 * @param problem why it failed
 */
public record Cell(
    BenchmarkName name, List<Prediction> predictions, boolean reused, Optional<String> problem) {

  static Cell of(BenchmarkName name, List<Prediction> predictions, boolean reused) {
    return new Cell(name, List.copyOf(predictions), reused, Optional.empty());
  }

  static Cell failed(BenchmarkName name, String problem) {
    return new Cell(name, List.of(), false, Optional.of(problem));
  }

  public boolean failed() {
    return problem.isPresent();
  }

  /** Whether the benchmark tells its answers; else the predictions are there to be submitted. */
  boolean hasAnswers() {
    return predictions.stream().anyMatch(one -> one.item().hasAnswer());
  }

  /** Predictions of the cells that can be scored. */
  public static Map<BenchmarkName, List<Prediction>> scorable(List<Cell> cells) {
    Map<BenchmarkName, List<Prediction>> predictions = new LinkedHashMap<>();
    cells.stream()
        .filter(cell -> !cell.failed() && cell.hasAnswers())
        .forEach(cell -> predictions.put(cell.name(), cell.predictions()));
    return predictions;
  }

  /** The questions that could not be asked, or have no right answer, with their problem. */
  List<BenchmarkItem> withProblem() {
    return predictions.stream()
        .filter(one -> one.text().isEmpty() || !one.item().hasAnswer())
        .map(Prediction::item)
        .filter(item -> item.problem().isPresent())
        .toList();
  }
}
