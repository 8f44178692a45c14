package parrot.model.layer;

/**
 * Losses by which a router comes to prefer some experts for some images, whichever are chosen. Of
 * the probabilities p of I images over E experts:
 *
 * <ul>
 *   <li>variance: {@code -1/I sum_ij (p_ij - mean_j)^2}, where {@code mean_j} is over images.
 *       Source: arXiv 2505.22323, the variance loss.
 *   <li>information: {@code -(H(mean) - 1/I sum_i H(p_i))}, the mutual information between image
 *       and expert: largest if each image has its expert and all experts are needed.
 * </ul>
 *
 * <p>Plain loops: there are only I * E values.
 */
final class GateTerms {
  private static final double SMALLEST = 1e-30;

  private GateTerms() {}

  /**
   * The weighted sum of both losses.
   *
   * @param probabilities (I, E), row-major
   */
  static double loss(double variance, double information, float[] probabilities, int experts) {
    double[] mean = mean(probabilities, experts);
    int images = probabilities.length / experts;
    double loss = 0;
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      double apart = p - mean[i % experts];
      loss -= variance * apart * apart / images;
      loss -= information * p * (log(p) - log(mean[i % experts])) / images;
    }
    return loss;
  }

  /**
   * The slope of {@link #loss} by each probability.
   *
   * @return (I, E), row-major
   */
  static float[] gradient(double variance, double information, float[] probabilities, int experts) {
    double[] mean = mean(probabilities, experts);
    int images = probabilities.length / experts;
    float[] gradient = new float[probabilities.length];
    for (int i = 0; i < gradient.length; i++) {
      double p = probabilities[i];
      double m = mean[i % experts];
      // What the means move cancels out in both.
      gradient[i] = (float) (-(2 * variance * (p - m) + information * (log(p) - log(m))) / images);
    }
    return gradient;
  }

  private static double[] mean(float[] probabilities, int experts) {
    double[] mean = new double[experts];
    for (int i = 0; i < probabilities.length; i++) {
      mean[i % experts] += probabilities[i];
    }
    for (int j = 0; j < experts; j++) {
      mean[j] /= probabilities.length / experts;
    }
    return mean;
  }

  private static double log(double p) {
    return Math.log(Math.max(p, SMALLEST));
  }
}
