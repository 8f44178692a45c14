package parrot.datasets.conversation;

/**
 * Text to token ids and back. Implementations may be used by several threads at once.
 *
 * <p>Encoding adds nothing of its own: no token for the beginning or the end, no padding, no
 * truncation. Special tokens that are spelled out in the text, such as {@code <|im_start|>}, become
 * their single ids.
 */
public interface TextTokenizer {
  String START_OF_TURN = "<|im_start|>";
  String END_OF_TURN = "<|im_end|>";
  String END_OF_TEXT = "<|endoftext|>";

  int[] encode(String text);

  /** Encodes a text in which control tokens that are spelled out are text like any other. */
  int[] encodeText(String text);

  /**
   * Whether a text spells out a control token: one that the tokenizer marks as special, or an added
   * one of the form {@code <|name|>}.
   */
  boolean hasControlToken(String text);

  /**
   * The text of some ids; special tokens, ids below zero (images) and ids that no token has are
   * left out, as embeddings are padded beyond the tokenizer's ids.
   */
  String decode(int[] ids);

  /** One more than the largest id. */
  int vocabularySize();

  /** A SHA-256, in hexadecimal, of everything that decides how text becomes ids. */
  String fingerprint();

  /**
   * The id of a token, by its text.
   *
   * @throws parrot.datasets.DataException if there is no such token
   */
  int id(String token);
}
