package parrot.model.generate;

import java.util.Arrays;
import parrot.model.layer.KeyValueCache;

/** An answer: each token is chosen from the logits before it. */
final class ChosenTokens implements Continuation {
  private final GenerationRequest request;
  private final TokenChoice choice;
  private final int[] answer;
  private final float[] logProbabilities;
  private int count;

  /**
   * @param vocabulary ids that can be chosen are below it
   */
  ChosenTokens(GenerationRequest request, int vocabulary) {
    this.request = request;
    GenerationSettings settings = request.settings();
    choice = new TokenChoice(settings.sampling(), request.prompt(), vocabulary);
    answer = new int[settings.maxNewTokens()];
    logProbabilities = new float[settings.logProbabilities() ? answer.length : 0];
  }

  @Override
  public int last() {
    return answer[count - 1];
  }

  @Override
  public boolean take(float[] logits, KeyValueCache cache) {
    int next;
    try {
      next = choice.next(logits);
    } catch (RuntimeException e) {
      request.listener().failed(e);
      return false;
    }
    boolean goOn = request.listener().chosen(next, logits);
    if (request.settings().stops().contains(next)) {
      return end(GeneratedAnswer.End.STOP_TOKEN);
    }
    if (logProbabilities.length > 0) {
      logProbabilities[count] = choice.logProbability(logits, next);
    }
    answer[count++] = next;
    if (!goOn) {
      return end(GeneratedAnswer.End.LISTENER);
    }
    return count < answer.length || end(GeneratedAnswer.End.LENGTH);
  }

  private boolean end(GeneratedAnswer.End end) {
    request
        .listener()
        .answered(
            new GeneratedAnswer(
                Arrays.copyOf(answer, count),
                Arrays.copyOf(logProbabilities, Math.min(count, logProbabilities.length)),
                end));
    return false;
  }
}
