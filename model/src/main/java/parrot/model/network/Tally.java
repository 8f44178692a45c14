package parrot.model.network;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums of what steps reported, by language index; tallies of several replicas add up. Order of
 * addition matters to the last bit, so add in a fixed order.
 */
public final class Tally implements Serializable {
  private static final long serialVersionUID = 1L;

  private final TreeMap<Integer, Language> languages = new TreeMap<>();
  private int steps;
  private double gradientNorms;

  /** Sums of one language. */
  public static final class Language implements Serializable {
    private static final long serialVersionUID = 1L;
    private double loss;
    private long supervised;
    private long tokens;
    private long samples;
    private long images;
    private double[] routing = {}; // [experts], summed over images
    private long compared;
    private double overlap; // summed over images
    private final ExpertLoad load = new ExpertLoad();

    private void add(Language other) {
      loss += other.loss;
      supervised += other.supervised;
      tokens += other.tokens;
      samples += other.samples;
      images += other.images;
      compared += other.compared;
      overlap += other.overlap;
      addRouting(other.routing);
      load.add(other.load);
    }

    private void addRouting(double[] weights) {
      if (routing.length < weights.length) {
        routing = java.util.Arrays.copyOf(routing, weights.length);
      }
      for (int i = 0; i < weights.length; i++) {
        routing[i] += weights[i];
      }
    }

    /** Mean loss per supervised token; NaN if there is none. */
    public double meanLoss() {
      return loss / supervised;
    }

    public long samples() {
      return samples;
    }

    public long supervisedTokens() {
      return supervised;
    }

    public long tokens() {
      return tokens;
    }

    /** What training asked of the experts; nothing where batches were only measured. */
    public ExpertLoad load() {
      return load;
    }

    private void addOverlap(float squaredCosine) {
      if (!Float.isNaN(squaredCosine)) {
        compared++;
        overlap += squaredCosine;
      }
    }

    /**
     * Root mean square of the cosine between what two experts make of the same token: 1 if they do
     * the same, 0 if their outputs are orthogonal, NaN if they were not compared.
     */
    public double redundancy() {
      return Math.sqrt(overlap / compared);
    }

    /** Mean weight of each expert over the images; empty where no image was routed. */
    public double[] meanRouting() {
      double[] mean = routing.clone();
      for (int i = 0; i < mean.length; i++) {
        mean[i] /= images;
      }
      return mean;
    }
  }

  /**
   * Counts one batch.
   *
   * @param sampleLanguages language index of each sample
   */
  public void add(Batch batch, int[] sampleLanguages, StepResult result) {
    for (int i = 0; i < sampleLanguages.length; i++) {
      Language language = language(sampleLanguages[i]);
      language.loss += result.sampleLoss()[i];
      language.supervised += result.sampleTokens()[i];
      language.tokens += batch.lengths()[i];
      language.samples++;
    }
    float[][] routing = result.routing();
    for (int i = 0; i < routing.length; i++) {
      Language language = language(sampleLanguages[batch.imageSamples()[i]]);
      double[] weights = new double[routing[i].length];
      for (int j = 0; j < weights.length; j++) {
        weights[j] = routing[i][j];
      }
      language.addRouting(weights);
      language.images++;
      if (result.overlaps().length > 0) {
        language.addOverlap(result.overlaps()[i]);
      }
    }
  }

  /**
   * Counts what a training batch asked of the experts. An image that no token of its sample shows
   * counts for nothing: such a sample is one of text.
   *
   * @param sampleLanguages language index of each sample
   */
  public void addLoad(Batch batch, int[] sampleLanguages, StepResult result) {
    boolean[] shows = batch.showsImage();
    for (int i = 0; i < result.selected().length; i++) {
      int sample = batch.imageSamples()[i];
      if (shows[sample]) {
        language(sampleLanguages[sample])
            .load
            .count(result.probabilities()[i], result.routing()[i], result.selected()[i]);
        if (result.logSums().length > 0) {
          language(sampleLanguages[sample]).load.countLogSum(result.logSums()[i]);
        }
      }
    }
  }

  private Language language(int index) {
    return languages.computeIfAbsent(index, ignored -> new Language());
  }

  public void countStep(double gradientNorm) {
    steps++;
    gradientNorms += gradientNorm;
  }

  /** Adds what another tally holds. */
  public void add(Tally other) {
    other.languages.forEach((index, sums) -> language(index).add(sums));
    steps += other.steps;
    gradientNorms += other.gradientNorms;
  }

  /** Sums by language index. */
  public Map<Integer, Language> languages() {
    return java.util.Collections.unmodifiableMap(languages);
  }

  private Language total() {
    Language total = new Language();
    languages.values().forEach(total::add);
    return total;
  }

  /** What training asked of the experts, over all languages. */
  public ExpertLoad load() {
    return total().load;
  }

  /** Mean loss per supervised token over all languages; NaN if there is none. */
  public double meanLoss() {
    return total().meanLoss();
  }

  /** As {@link Language#redundancy}, over all languages. */
  public double redundancy() {
    return total().redundancy();
  }

  public long samples() {
    return total().samples;
  }

  public long tokens() {
    return total().tokens;
  }

  public long supervisedTokens() {
    return total().supervised;
  }

  public int steps() {
    return steps;
  }

  /** Mean over the steps of the gradient's norm before clipping. */
  public double meanGradientNorm() {
    return gradientNorms / steps;
  }
}
