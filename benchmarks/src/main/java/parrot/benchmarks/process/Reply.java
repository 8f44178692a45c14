package parrot.benchmarks.process;

import java.util.Map;
import parrot.benchmarks.side.Side;

/**
 * A child's answer to one command.
 *
 * @param error why it failed; null if it did not
 * @param seconds the step took
 * @param outputs of {@link Side.StepOutcome}
 * @param faults minor page faults of the process during the step
 * @param peakBytes largest resident memory of the process so far
 * @param uptime of the process at the end of the step, in seconds
 * @param extras of {@link Side.StepOutcome}
 */
public record Reply(
    String error,
    double seconds,
    double[] outputs,
    long faults,
    long peakBytes,
    double uptime,
    Map<String, Double> extras) {
  static Reply failure(Throwable cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new Reply(message, Double.NaN, new double[0], 0, 0, 0, Map.of());
  }
}
