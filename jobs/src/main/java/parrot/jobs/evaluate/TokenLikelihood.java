package parrot.jobs.evaluate;

import java.util.Arrays;
import java.util.List;
import parrot.datasets.conversation.TextTokenizer;
import parrot.model.generate.LogProbabilities;

/** How likely a token of an answer was, and which others were likely. */
public final class TokenLikelihood {
  /**
   * A token that could have been chosen.
   *
   * @param text of the token alone; half a character is U+FFFD
   * @param logProbability natural logarithm of the probability that the model gives it
   */
  public record Candidate(String text, float logProbability) {}

  private final int token;
  private final float[] logits;
  private final TextTokenizer tokenizer;

  TokenLikelihood(int token, float[] logits, TextTokenizer tokenizer) {
    this.token = token;
    this.logits = logits;
    this.tokenizer = tokenizer;
  }

  /** The token that was chosen. */
  public Candidate chosen() {
    return candidate(token);
  }

  /** The likeliest tokens, likeliest first. */
  public List<Candidate> likeliest(int count) {
    return Arrays.stream(LogProbabilities.likeliest(logits, tokenizer.vocabularySize(), count))
        .mapToObj(this::candidate)
        .toList();
  }

  private Candidate candidate(int id) {
    return new Candidate(
        tokenizer.decode(new int[] {id}),
        LogProbabilities.of(logits, tokenizer.vocabularySize(), id));
  }
}
