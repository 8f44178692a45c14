package parrot.datasets.conversation;

/**
 * A conversation as the model reads it.
 *
 * @param prompt the text with all its markers; {@code <image>} where the image goes
 * @param inputIds token ids; {@link ChatFormat#IMAGE_ID} where the image goes
 * @param labels as long as the ids: the id where it is supervised, else {@link ChatFormat#IGNORE}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; never compared
public record FormattedConversation(String prompt, int[] inputIds, int[] labels) {
  public FormattedConversation {
    if (inputIds.length != labels.length) {
      throw new IllegalArgumentException(
          "Cannot format conversation: %d labels (expected %d, one per token)"
              .formatted(labels.length, inputIds.length));
    }
  }

  /** Tokens that the model is asked to predict. */
  public int supervisedTokens() {
    int count = 0;
    for (int label : labels) {
      if (label != ChatFormat.IGNORE) {
        count++;
      }
    }
    return count;
  }

  /**
   * Tokens that the model is asked to predict and still sees after truncation.
   *
   * @param longest positions that a sequence is cut to
   * @param visualTokens positions that the image takes in place of its one token
   */
  int supervisedTokensWithin(int longest, int visualTokens) {
    int count = 0;
    long position = 0;
    for (int i = 0; i < inputIds.length; i++) {
      if (labels[i] != ChatFormat.IGNORE && position < longest) {
        count++;
      }
      position += inputIds[i] == ChatFormat.IMAGE_ID ? visualTokens : 1;
    }
    return count;
  }

  /**
   * Checks that truncation leaves part of an answer, and the image, if there is one, whole.
   *
   * @throws UnusableConversationException if no answer is left, as such a row would train nothing;
   *     or not all of the image, as the row would not be about it
   */
  public FormattedConversation requireAnswerAndImageWithin(int longest, int visualTokens) {
    if (supervisedTokensWithin(longest, visualTokens) == 0) {
      throw new UnusableConversationException(
          ConversationProblem.ANSWER_TRUNCATED,
          "Cannot use conversation: no token of an answer is within the first %d positions (%d tokens, an image taking %d; shorten the question or raise the longest length)"
              .formatted(longest, inputIds.length, visualTokens));
    }
    int image = 0; // before it every token takes one position
    while (image < inputIds.length && inputIds[image] != ChatFormat.IMAGE_ID) {
      image++;
    }
    if (image < inputIds.length && (long) image + visualTokens > longest) {
      throw new UnusableConversationException(
          ConversationProblem.IMAGE_TOKEN_TRUNCATED,
          "Cannot use conversation: its image is not within the first %d positions (%d tokens before it, an image taking %d; ask about it earlier or raise the longest length)"
              .formatted(longest, image, visualTokens));
    }
    return this;
  }
}
