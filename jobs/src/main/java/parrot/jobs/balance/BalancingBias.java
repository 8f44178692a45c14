package parrot.jobs.balance;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The selection bias under which pictures that a router has seen would have been spread evenly. A
 * router's probabilities may lie a thousandth apart or be near 0 and 1, and it goes on learning; so
 * instead of feeling its way by steps from round to round, the driver solves for the bias on the
 * last probabilities and moves towards that.
 */
final class BalancingBias {
  private static final int STEPS = 600;
  private static final double FIRST_STEP = 0.1;
  private static final double DECAY = 0.98;

  private BalancingBias() {}

  /**
   * Descends on the loads' differences with shrinking steps and keeps the most even bias it meets.
   *
   * @param start where to begin, [E]
   * @param probabilities of pictures, [E] each
   * @param choices experts of a picture
   * @return with mean 0, [E]
   */
  static double[] solve(double[] start, List<float[]> probabilities, int choices) {
    double[] bias = start.clone();
    double[] best = start;
    double least = Double.POSITIVE_INFINITY;
    double fair = (double) probabilities.size() * choices / start.length;
    double step = FIRST_STEP;
    for (int i = 0; i < STEPS; i++, step *= DECAY) {
      int[] loads = loads(bias, probabilities, choices);
      double violation = Arrays.stream(loads).max().orElseThrow() / fair - 1;
      if (violation < least) {
        least = violation;
        best = bias.clone();
      }
      for (int expert = 0; expert < bias.length; expert++) {
        bias[expert] -= step * Math.max(-1, Math.min(1, loads[expert] / fair - 1));
      }
    }
    double mean = Arrays.stream(best).average().orElse(0);
    return Arrays.stream(best).map(value -> value - mean).toArray();
  }

  private static int[] loads(double[] bias, List<float[]> probabilities, int choices) {
    int[] loads = new int[bias.length];
    double[] scores = new double[bias.length];
    for (float[] row : probabilities) {
      for (int i = 0; i < scores.length; i++) {
        scores[i] = row[i] + bias[i];
      }
      for (int choice = 0; choice < choices; choice++) {
        int largest =
            IntStream.range(0, scores.length).reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
        loads[largest]++;
        scores[largest] = Double.NEGATIVE_INFINITY;
      }
    }
    return loads;
  }
}
