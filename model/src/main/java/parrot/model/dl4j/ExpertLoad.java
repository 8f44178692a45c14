package parrot.model.dl4j;

import java.io.Serializable;
import java.util.Arrays;

/** What training asked of the experts: sums over pictures, which add up over steps and replicas. */
public final class ExpertLoad implements Serializable {
  private static final long serialVersionUID = 1L;

  private long pictures;
  private double entropy; // nats
  private double[] probabilities = {}; // [E]
  private double[] weights = {}; // [E]
  private long[] selections = {}; // [E]

  /** Counts a picture. */
  void count(float[] probabilities, float[] weights, int[] selected) {
    widen(probabilities.length);
    pictures++;
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      this.probabilities[i] += p;
      this.weights[i] += weights[i];
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    for (int expert : selected) {
      selections[expert]++;
    }
  }

  /** Adds what another one holds. */
  void add(ExpertLoad other) {
    widen(other.probabilities.length);
    pictures += other.pictures;
    entropy += other.entropy;
    for (int i = 0; i < other.probabilities.length; i++) {
      probabilities[i] += other.probabilities[i];
      weights[i] += other.weights[i];
      selections[i] += other.selections[i];
    }
  }

  private void widen(int experts) {
    if (experts > probabilities.length) {
      probabilities = Arrays.copyOf(probabilities, experts);
      weights = Arrays.copyOf(weights, experts);
      selections = Arrays.copyOf(selections, experts);
    }
  }

  /** Pictures that were routed. */
  public long pictures() {
    return pictures;
  }

  /** Entropy of the router's probabilities in nats, summed over pictures. */
  public double entropy() {
    return entropy;
  }

  /** The router's probabilities summed over pictures, [E]; empty where nothing was routed. */
  public double[] probabilities() {
    return probabilities.clone();
  }

  /**
   * Weights in the mixture summed over pictures, [E]; zero where an expert was never chosen, so
   * that nothing has taught it. Empty where nothing was routed.
   */
  public double[] weights() {
    return weights.clone();
  }

  /** How often each expert computed for a picture, [E]; empty where nothing was routed. */
  public long[] selections() {
    return selections.clone();
  }
}
