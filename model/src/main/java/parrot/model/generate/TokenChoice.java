package parrot.model.generate;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import parrot.model.ModelException;

/** Chooses the tokens of one answer. */
final class TokenChoice {
  private final Sampling sampling;
  private final int vocabulary;
  private final Random random;
  private final Set<Integer> seen = new HashSet<>();

  /**
   * @param vocabulary ids that can be chosen are below it
   */
  TokenChoice(Sampling sampling, int[] prompt, int vocabulary) {
    this.sampling = sampling;
    this.vocabulary = vocabulary;
    this.random = new Random(sampling.seed());
    if (sampling.repetitionPenalty() != 1) {
      Arrays.stream(prompt).filter(id -> id >= 0).forEach(seen::add);
    }
  }

  /**
   * @param logits by id, at least of the vocabulary; left as they are
   * @throws ModelException if a logit is not finite: the first id would win without a reason
   */
  int next(float[] logits) {
    requireFinite(logits, vocabulary);
    float[] scores = penalised(logits);
    int next = sampling.isGreedy() ? likeliest(scores) : drawn(scores);
    if (sampling.repetitionPenalty() != 1) {
      seen.add(next);
    }
    return next;
  }

  /** Natural logarithm of the probability that the model gives a token. */
  float logProbability(float[] logits, int token) {
    return LogProbabilities.of(logits, vocabulary, token);
  }

  /**
   * @throws ModelException if a logit below the vocabulary's size is not finite
   */
  static void requireFinite(float[] logits, int vocabulary) {
    for (int id = 0; id < vocabulary; id++) {
      if (!Float.isFinite(logits[id])) {
        throw new ModelException(
            "Cannot answer: the logit of token %d is %s (weights or precision are at fault)"
                .formatted(id, logits[id]));
      }
    }
  }

  private float[] penalised(float[] logits) {
    if (seen.isEmpty()) {
      return logits;
    }
    float[] scores = logits.clone();
    float penalty = (float) sampling.repetitionPenalty();
    for (int id : seen) {
      scores[id] = scores[id] > 0 ? scores[id] / penalty : scores[id] * penalty;
    }
    return scores;
  }

  private int likeliest(float[] scores) {
    int best = 0;
    for (int id = 1; id < vocabulary; id++) {
      if (scores[id] > scores[best]) {
        best = id;
      }
    }
    return best;
  }

  private int drawn(float[] scores) {
    double largest = scores[likeliest(scores)];
    double[] weights = new double[vocabulary]; // relative to the likeliest one's
    for (int id = 0; id < vocabulary; id++) {
      weights[id] = Math.exp((scores[id] - largest) / sampling.temperature());
    }
    int[] ids = candidates(scores, weights);
    double sum = 0;
    int count = 0;
    for (int id : ids) {
      if (weights[id] >= sampling.minP()) {
        ids[count++] = id;
        sum += weights[id];
      }
    }
    double left = random.nextDouble() * sum;
    for (int i = 0; i < count - 1; i++) {
      left -= weights[ids[i]];
      if (left < 0) {
        return ids[i];
      }
    }
    return ids[count - 1];
  }

  /** What top-k and top-p leave, likeliest first; all by id if there is neither. */
  private int[] candidates(float[] scores, double[] weights) {
    int[] ids = new int[vocabulary];
    Arrays.setAll(ids, id -> id);
    if (sampling.topK() == 0 && sampling.topP() == 1) {
      return ids;
    }
    long[] order = new long[vocabulary]; // descending scores, then ascending ids
    Arrays.setAll(order, id -> (long) ~ascending(scores[id]) << 32 | id);
    Arrays.sort(order);
    Arrays.setAll(ids, i -> (int) order[i]);
    int count = sampling.topK() == 0 ? vocabulary : Math.min(vocabulary, sampling.topK());
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[ids[i]];
    }
    double wanted = sampling.topP() * sum;
    int kept = 0;
    for (double share = 0; kept < count && share < wanted; kept++) {
      share += weights[ids[kept]];
    }
    return Arrays.copyOf(ids, Math.max(1, kept));
  }

  /** An integer that grows with the value. */
  private static int ascending(float value) {
    int bits = Float.floatToIntBits(value);
    return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
  }
}
