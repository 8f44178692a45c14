package parrot.jobs.evaluate;

/** Hears how an answer comes along, on the thread that answers. */
public interface AnswerListener {
  /**
   * Hears of every token of the answer.
   *
   * @param text what is certain to be said since the last call; often empty. All of them together
   *     are the start of the whole answer
   * @param token to be read during the call
   * @return whether to go on
   */
  boolean said(String text, TokenLikelihood token);

  /** Whether nothing more is to be said, as the answer is complete or the client is gone. */
  boolean isOver();

  /** The answer is complete, or there is none. */
  void answered(Reply reply);
}
