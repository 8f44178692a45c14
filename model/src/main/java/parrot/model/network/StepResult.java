package parrot.model.network;

/**
 * What a step over a batch found.
 *
 * @param sampleLoss sum of the losses of each sample's supervised tokens
 * @param sampleTokens supervised tokens of each sample
 * @param routing weights of the mixture by image and expert, zero where an expert is not chosen;
 *     empty where experts are not used
 * @param probabilities the router's, by image and expert, before any selection; likewise
 * @param selected numbers of the experts that computed, by image; likewise
 */
public record StepResult(
    double[] sampleLoss,
    int[] sampleTokens,
    float[][] routing,
    float[][] probabilities,
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

  /** Mean over the batch's supervised tokens; 0 where there are none. */
  public double meanLoss() {
    int tokens = supervisedTokens();
    return tokens == 0 ? 0 : lossSum() / tokens;
  }
}
