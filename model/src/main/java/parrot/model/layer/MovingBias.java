package parrot.model.layer;

import java.util.Arrays;
import java.util.List;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/**
 * A selection bias that moves against the loads which it causes, image by image. A router may
 * change its mind at every step, long before the next round begins; this bias follows it.
 *
 * <p>All moves together are the excess load times the step, and a bias that is larger than the
 * probabilities are apart changes no selection. So the excess is bounded, whatever the router does:
 * by about {@code 2 / pace} images, however many there are.
 */
final class MovingBias {
  /** Part of a bias that an image leaves at least: one alone says little about the router. */
  private static final double KEPT = 0.99;

  private final double[] bias; // [E]
  private final double pace;

  MovingBias(double[] bias, double pace) {
    this.bias = bias.clone();
    this.pace = pace;
  }

  /**
   * Selects the experts of each image, and moves after each one.
   *
   * @param probabilities (I, E)
   * @param choices experts that an image gets
   * @return numbers of the experts [I][k], ascending
   */
  int[][] select(Kernels kernels, Tensor probabilities, int choices) {
    int[][] selected = new int[probabilities.rows()][];
    for (int image = 0; image < selected.length; image++) {
      Tensor own = probabilities.rows(image, image + 1);
      selected[image] = kernels.largest(own, bias, choices)[0];
      move(selected[image], Math.max(spread(own), KEPT * largest()));
    }
    return selected;
  }

  /**
   * @param reach the largest bias that may matter
   */
  private void move(int[] selected, double reach) {
    double fair = (double) selected.length / bias.length;
    for (int i = 0; i < bias.length; i++) {
      bias[i] += pace * reach * fair;
    }
    for (int expert : selected) {
      bias[expert] -= pace * reach;
    }
    double mean = Arrays.stream(bias).average().orElse(0);
    for (int i = 0; i < bias.length; i++) {
      bias[i] = Math.max(-reach, Math.min(reach, bias[i] - mean));
    }
  }

  /** How far apart the probabilities of an image are. */
  private static double spread(Tensor probabilities) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float probability : probabilities.toArray()) {
      least = Math.min(least, probability);
      most = Math.max(most, probability);
    }
    return most - least;
  }

  private double largest() {
    return Arrays.stream(bias).map(Math::abs).max().orElse(0);
  }

  /** Where it has come to, [E]. */
  List<Double> values() {
    return Arrays.stream(bias).boxed().toList();
  }
}
