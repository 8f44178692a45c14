package parrot.datasets.conversation;

/**
 * What becomes of a control token, such as {@code <|im_end|>}, that somebody wrote into a text. The
 * chat format's own are always ids.
 */
public enum ControlTokens {
  /** Text like any other, so that no text can end its own turn. */
  TEXT,
  /** Its id, as the published code does. */
  IDS
}
