package parrot.jobs.balance;

import java.util.Arrays;
import java.util.List;

/**
 * The selection bias that would have spread the images that a router has seen evenly. No fixed step
 * fits every router: its probabilities may lie a thousandth apart or be near 0 and 1. So the driver
 * solves for the bias on the last probabilities.
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
   * @param choices experts of an image
   * @return with mean 0, [E]
   */
  static double[] solve(double[] start, List<RoutedImage> images, int choices) {
    double[] bias = start.clone();
    double[] best = start;
    double least = Double.POSITIVE_INFINITY;
    double all = images.stream().mapToDouble(RoutedImage::weight).sum();
    double fair = all * choices / start.length;
    double step = FIRST_STEP;
    for (int i = 0; i < STEPS; i++, step *= DECAY) {
      double[] loads = loads(bias, images, choices);
      double violation = Arrays.stream(loads).max().orElseThrow() / fair - 1;
      if (violation < least) {
        least = violation;
        best = bias.clone();
      }
      for (int expert = 0; expert < bias.length; expert++) {
        bias[expert] -= step * Math.min(1, loads[expert] / fair - 1);
      }
    }
    double mean = Arrays.stream(best).average().orElse(0);
    return Arrays.stream(best).map(value -> value - mean).toArray();
  }

  private static double[] loads(double[] bias, List<RoutedImage> images, int choices) {
    double[] loads = new double[bias.length];
    double[] scores = new double[bias.length];
    for (RoutedImage image : images) {
      for (int i = 0; i < scores.length; i++) {
        scores[i] = image.probabilities()[i] + bias[i];
      }
      for (int choice = 0; choice < choices; choice++) {
        int largest = largest(scores);
        loads[largest] += image.weight();
        scores[largest] = Double.NEGATIVE_INFINITY;
      }
    }
    return loads;
  }

  private static int largest(double[] scores) {
    int largest = 0;
    for (int i = 1; i < scores.length; i++) {
      largest = scores[i] > scores[largest] ? i : largest;
    }
    return largest;
  }
}
