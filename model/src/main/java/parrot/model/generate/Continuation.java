package parrot.model.generate;

import parrot.model.layer.KeyValueCache;

/** What follows a prompt, a token at a time. */
interface Continuation {
  /** The token that is read next. */
  int last();

  /**
   * Takes the logits that follow what was read last; the first time, those that follow the prompt.
   *
   * @param cache of what was read, which may be cut back to the prompt
   * @return whether it goes on; if not, the listener has heard of the end
   */
  boolean take(float[] logits, KeyValueCache cache);
}
