package parrot.model.generate;

import java.util.Set;

/**
 * How one answer is generated.
 *
 * @param maxNewTokens tokens at most
 * @param stops ids that end the answer; not part of it
 * @param logProbabilities whether the answer tells how likely each of its tokens was
 */
public record GenerationSettings(
    int maxNewTokens, Set<Integer> stops, Sampling sampling, boolean logProbabilities) {
  public GenerationSettings {
    stops = Set.copyOf(stops);
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "Invalid max-new-tokens: " + maxNewTokens + " (must be at least 1)");
    }
  }

  /** Greedy, without log-probabilities. */
  public static GenerationSettings greedy(int maxNewTokens, Set<Integer> stops) {
    return new GenerationSettings(maxNewTokens, stops, Sampling.GREEDY, false);
  }
}
