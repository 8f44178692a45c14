package parrot.model.generate;

import java.util.List;
import parrot.model.layer.KeyValueCache;

/**
 * How likely given answers are. The prompt is read once: after each answer its cache is cut back to
 * the prompt.
 */
final class GivenTokens implements Continuation {
  private final GenerationRequest request;
  private final List<int[]> candidates;
  private final int vocabulary;
  private final float[] likelihoods;
  private int candidate;
  private int place; // in the candidate, of the token whose logits come next; 0 before the first
  private int promptRows;

  /**
   * @param vocabulary ids that can be chosen are below it
   */
  GivenTokens(GenerationRequest request, int vocabulary) {
    this.request = request;
    this.candidates = request.candidates();
    this.vocabulary = vocabulary;
    this.likelihoods = new float[candidates.size()];
  }

  @Override
  public int last() {
    return candidates.get(candidate)[place - 1];
  }

  @Override
  public boolean take(float[] logits, KeyValueCache cache) {
    try {
      TokenChoice.requireFinite(logits, vocabulary);
    } catch (RuntimeException e) {
      request.listener().failed(e);
      return false;
    }
    if (place == 0) {
      promptRows = cache.length();
      for (int i = 0; i < likelihoods.length; i++) {
        likelihoods[i] = LogProbabilities.of(logits, vocabulary, candidates.get(i)[0]);
      }
    } else {
      likelihoods[candidate] +=
          LogProbabilities.of(logits, vocabulary, candidates.get(candidate)[place]);
    }
    place++;
    while (candidate < likelihoods.length && place == candidates.get(candidate).length) {
      candidate++;
      place = 1; // the first token's logits follow the prompt
      cache.truncate(promptRows);
    }
    if (candidate < likelihoods.length) {
      return true;
    }
    request
        .listener()
        .answered(new GeneratedAnswer(new int[0], likelihoods, GeneratedAnswer.End.GIVEN));
    return false;
  }
}
