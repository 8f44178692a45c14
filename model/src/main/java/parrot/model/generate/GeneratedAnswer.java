package parrot.model.generate;

/**
 * An answer.
 *
 * @param tokens ids, without one that ends it; empty if answers were given
 * @param logProbabilities natural logarithm of each token's probability by the model itself, before
 *     penalty and temperature; empty if they were not asked for. If answers were given, that of
 *     each of them as a whole
 * @param end why there are no more
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record GeneratedAnswer(int[] tokens, float[] logProbabilities, End end) {
  /** Why an answer ends. */
  public enum End {
    /** By an id that ends answers. */
    STOP_TOKEN,
    /** By the listener. */
    LISTENER,
    /** It is as long as it may be. */
    LENGTH,
    /** Answers were given. */
    GIVEN
  }
}
