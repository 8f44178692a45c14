package parrot.benchmarks.side;

import java.util.Map;

/** Something that is measured step by step. */
public interface Side extends AutoCloseable {

  /** Does one step of the workload. */
  StepOutcome step();

  @Override
  void close();

  /**
   * What a step found.
   *
   * @param outputs values that every side must agree on, such as the loss; empty if there are none
   * @param extras named values that are worth a place in the results
   */
  record StepOutcome(double[] outputs, Map<String, Double> extras) {
    public static StepOutcome of(double... outputs) {
      return new StepOutcome(outputs, Map.of());
    }
  }
}
