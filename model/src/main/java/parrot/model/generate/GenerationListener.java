package parrot.model.generate;

/** Hears how an answer comes along, on the thread that steps the engine. */
public interface GenerationListener {
  /**
   * Hears of every token as soon as it is known.
   *
   * @param token also if it ends the answer
   * @param logits that it was chosen by [V]; the engine's own, to be read during the call
   * @return whether to go on; if not, the token is the answer's last
   */
  default boolean chosen(int token, float[] logits) {
    return true;
  }

  /** The answer is complete. */
  void answered(GeneratedAnswer answer);

  /** There is no answer, and other requests go on. */
  void failed(RuntimeException reason);
}
