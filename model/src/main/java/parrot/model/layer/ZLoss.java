package parrot.model.layer;

/**
 * A loss on the size of the router's logits: {@code w * mean_i (log sum_j exp z_ij)^2} over images.
 * Large logits make probabilities jump from a small step; this loss keeps them small, and so the
 * router able to change its mind.
 *
 * <p>Source: ST-MoE (arXiv 2202.08906, equation 5). Plain loops: there are only I * E values.
 */
final class ZLoss {
  private ZLoss() {}

  /**
   * @param logits (I, E), row-major
   * @return {@code log sum_j exp z_ij}, [I]
   */
  static float[] logSums(float[] logits, int experts) {
    float[] logSums = new float[logits.length / experts];
    for (int i = 0; i < logSums.length; i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < experts; j++) {
        largest = Math.max(largest, logits[i * experts + j]);
      }
      double sum = 0;
      for (int j = 0; j < experts; j++) {
        sum += Math.exp(logits[i * experts + j] - largest);
      }
      logSums[i] = (float) (largest + Math.log(sum));
    }
    return logSums;
  }

  /**
   * The slope by each logit.
   *
   * @param logSums as {@link #logSums} gives them, [I]
   * @param probabilities softmax of the logits (I, E), row-major
   * @return (I, E), row-major
   */
  static float[] gradient(double weight, float[] logSums, float[] probabilities) {
    int experts = probabilities.length / logSums.length;
    float[] gradient = new float[probabilities.length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) (2 * weight * logSums[i / experts] / logSums.length * probabilities[i]);
    }
    return gradient;
  }
}
