package parrot.model.network;

/**
 * What a step over a batch found.
 *
 * @param sampleLoss sum of the losses of each sample's supervised tokens
 * @param sampleTokens supervised tokens of each sample
 * @param routing weights of the mixture by image and expert, zero for experts that are not chosen;
 *     empty without experts
 * @param probabilities the router's, by image and expert, before any selection; empty without
 *     experts
 * @param logSums log-sum-exp of the router's logits, by image; empty unless it is steered by a
 *     z-loss
 * @param overlaps mean squared cosine between the outputs of two experts for the same token, by
 *     image, NaN for one that a single expert computed for; empty unless experts are compared
 * @param selected numbers of the experts that computed, by image; empty without experts
 */
public record StepResult(
    double[] sampleLoss,
    int[] sampleTokens,
    float[][] routing,
    float[][] probabilities,
    float[] logSums,
    float[] overlaps,
    int[][] selected) {

  /** Sum over all supervised tokens. */
  public double lossSum() {
    double sum = 0;
    for (double loss : sampleLoss) {
      sum += loss;
    }
    return sum;
  }

  public int supervisedTokens() {
    int sum = 0;
    for (int tokens : sampleTokens) {
      sum += tokens;
    }
    return sum;
  }

  /** Mean over the batch's supervised tokens; 0 if there are none. */
  public double meanLoss() {
    int tokens = supervisedTokens();
    return tokens == 0 ? 0 : lossSum() / tokens;
  }
}
