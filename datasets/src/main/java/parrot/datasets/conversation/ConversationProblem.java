package parrot.datasets.conversation;

/** Why a conversation cannot be trained on; preprocessing counts rejected rows by these. */
public enum ConversationProblem {
  /** No turns at all. */
  EMPTY,
  /** A {@code from} that is none of system, human, gpt. */
  UNKNOWN_ROLE,
  /** A question or an answer without text. */
  EMPTY_TURN,
  /** Two questions or two answers in a row, an answer first, or a system turn that is not first. */
  NOT_ALTERNATING,
  /** Nothing to learn: no turn of gpt, or the last question has none. */
  NO_ANSWER,
  /** The image token stands in an answer or in the system turn. */
  IMAGE_TOKEN_MISPLACED,
  /** An image token without an image. */
  IMAGE_TOKEN_WITHOUT_IMAGE,
  /** An image without a token that says where it goes. */
  IMAGE_WITHOUT_IMAGE_TOKEN,
  /** More than one image, which the model does not take. */
  SEVERAL_IMAGES,
  /** Truncation to the longest sequence leaves no token of an answer. */
  ANSWER_TRUNCATED,
  /** Truncation to the longest sequence removes the image, which a later question brings. */
  IMAGE_TOKEN_TRUNCATED
}
