package parrot.jobs.evaluate;

import java.util.List;
import java.util.Optional;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.Prediction;

/**
 * One benchmark file of an evaluation and what came of it.
 *
 * @param predictions empty if it failed
 * @param reused whether they were there already, with the same key
 * @param unanswered why questions have no answer, the first of them; empty where all have one
 * @param problem why it failed
 */
public record Cell(
    BenchmarkName name,
    List<Prediction> predictions,
    boolean reused,
    Optional<String> unanswered,
    Optional<String> problem) {

  static Cell of(BenchmarkName name, List<Prediction> predictions, boolean reused) {
    return new Cell(name, List.copyOf(predictions), reused, Optional.empty(), Optional.empty());
  }

  static Cell failed(BenchmarkName name, String problem) {
    return new Cell(name, List.of(), false, Optional.empty(), Optional.of(problem));
  }

  Cell withUnanswered(Optional<String> first) {
    return new Cell(name, predictions, reused, first, problem);
  }

  public boolean failed() {
    return problem.isPresent();
  }
}
