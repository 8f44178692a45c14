package parrot.model.generate;

import java.util.Arrays;
import parrot.model.ModelException;
import parrot.model.layer.KeyValueCache;
import parrot.model.network.Batch;
import parrot.model.network.ParrotNetwork;

/** Greedy decoding: always the likeliest next token, the lowest id among equals. */
public final class Generator {
  private final ParrotNetwork network;

  /** Hears of every step as soon as its token is known. */
  @FunctionalInterface
  public interface StepListener {
    /**
     * @param token the likeliest one; also if it ends the answer
     * @param logits that it was chosen by [V]; the generator's own, to be read during the call
     */
    void chosen(int token, float[] logits);
  }

  public Generator(ParrotNetwork network) {
    this.network = network;
  }

  /**
   * @param prompt token ids; {@link Batch#IMAGE} where the image goes
   * @param pixels the image [3, size, size], normalised; null without one
   * @param limit tokens to generate at most
   * @param stops ids that end the answer; not part of it
   * @throws ModelException if a logit is not finite
   */
  public int[] generate(int[] prompt, float[] pixels, int limit, int... stops) {
    return generate(prompt, pixels, limit, (token, logits) -> {}, stops);
  }

  /**
   * The same, step by step.
   *
   * @param listener that hears of the first token after the prompt was read, then of each further
   *     one
   */
  public int[] generate(
      int[] prompt, float[] pixels, int limit, StepListener listener, int... stops) {
    int images = (int) Arrays.stream(prompt).filter(id -> id == Batch.IMAGE).count();
    if (images != (pixels == null ? 0 : 1)) {
      throw new IllegalArgumentException(
          "Cannot generate: the prompt has "
              + images
              + " image tokens (must be "
              + (pixels == null ? "0 without an image)" : "1 for an image)"));
    }
    int length = prompt.length + images * (network.config().visualTokens() - 1);
    KeyValueCache cache =
        network.newCache(Math.min(length, network.config().tokenizerModelMaxLength()) + limit);
    int[] answer = new int[limit];
    float[] logits = network.decode(prompt, pixels, cache);
    for (int count = 0; count < limit; count++) {
      int next = likeliest(logits);
      listener.chosen(next, logits);
      if (Arrays.stream(stops).anyMatch(stop -> stop == next)) {
        return Arrays.copyOf(answer, count);
      }
      answer[count] = next;
      if (count + 1 < limit) {
        logits = network.decode(new int[] {next}, null, cache);
      }
    }
    return answer;
  }

  /**
   * @throws ModelException if a logit is not finite: the first id would win without a reason
   */
  private static int likeliest(float[] logits) {
    int best = 0;
    for (int id = 0; id < logits.length; id++) {
      if (!Float.isFinite(logits[id])) {
        throw new ModelException(
            "Cannot answer: the logit of token %d is %s (weights or precision are at fault)"
                .formatted(id, logits[id]));
      }
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }
}
