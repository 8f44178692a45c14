package parrot.model.network;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** What training asked of the experts: sums over images, which add up over steps and replicas. */
public final class ExpertLoad implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Enough to tell how a language is routed. */
  private static final int RECENT = 256;

  private long images;
  private double entropy; // nats
  private long logSums;
  private double squaredLogSums;
  private double[] probabilities = {}; // [E]
  private double[] weights = {}; // [E]
  private long[] selections = {}; // [E]
  private final Deque<float[]> recent = new ArrayDeque<>(); // [E] each

  /** Counts an image. */
  void count(float[] probabilities, float[] weights, int[] selected) {
    widen(probabilities.length);
    images++;
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      this.probabilities[i] += p;
      this.weights[i] += weights[i];
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    for (int expert : selected) {
      selections[expert]++;
    }
    remember(probabilities.clone());
  }

  /** Counts the log-sum-exp of an image's logits. */
  void countLogSum(double logSum) {
    logSums++;
    squaredLogSums += logSum * logSum;
  }

  private void remember(float[] probabilities) {
    recent.add(probabilities);
    if (recent.size() > RECENT) {
      recent.remove();
    }
  }

  /** Adds what another one holds. */
  void add(ExpertLoad other) {
    widen(other.probabilities.length);
    images += other.images;
    entropy += other.entropy;
    logSums += other.logSums;
    squaredLogSums += other.squaredLogSums;
    other.recent.forEach(this::remember);
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

  /** Images that were routed. */
  public long images() {
    return images;
  }

  /** The router's probabilities for the last images, [E] each; at most {@value #RECENT}. */
  public List<float[]> recent() {
    return List.copyOf(recent);
  }

  /** Entropy of the router's probabilities in nats, summed over images. */
  public double entropy() {
    return entropy;
  }

  /** The router's z-loss before its weight, mean over images; NaN if it was not computed. */
  public double zLoss() {
    return squaredLogSums / logSums;
  }

  /** The router's probabilities summed over images, [E]; empty if nothing was routed. */
  public double[] probabilities() {
    return probabilities.clone();
  }

  /**
   * Weights in the mixture summed over images, [E]; zero for an expert that was never chosen, so
   * that nothing has taught it. Empty if nothing was routed.
   */
  public double[] weights() {
    return weights.clone();
  }

  /** How often each expert computed for an image, [E]; empty if nothing was routed. */
  public long[] selections() {
    return selections.clone();
  }
}
