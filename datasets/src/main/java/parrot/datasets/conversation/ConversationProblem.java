package parrot.datasets.conversation;

/** Why a conversation cannot be trained on; preprocessing counts rejected rows by these. */
public enum ConversationProblem {
  /** No turns at all. */
  EMPTY,
  /** A speaker whose name is not that of a system, a human or an assistant. */
  UNKNOWN_ROLE,
  /** A question or an answer without text. */
  EMPTY_TURN,
  /**
   * Two questions or two answers in a row, an answer first, or a system turn that is not first, if
   * {@link ConversationRules.Turns#REJECT} is asked for.
   */
  NOT_ALTERNATING,
  /**
   * Nothing to learn: no answer follows a question. Also a last question without an answer, if
   * {@link ConversationRules.LastQuestion#REJECT} is asked for or the image belongs to it.
   */
  NO_ANSWER,
  /** The image stands in an answer or in the system turn. */
  IMAGE_TOKEN_MISPLACED,
  /** An image token without an image. */
  IMAGE_TOKEN_WITHOUT_IMAGE,
  /** An image without a token that says where it goes. */
  IMAGE_WITHOUT_IMAGE_TOKEN,
  /** More than one image, which the model does not take. */
  SEVERAL_IMAGES,
  /** A video, a sound, or an image that would not be used. */
  OTHER_MEDIA,
  /** A field that changes what the conversation means and would not be used. */
  UNUSED_FIELD,
  /** Truncation to the longest sequence leaves no token of an answer. */
  ANSWER_TRUNCATED,
  /** Truncation to the longest sequence removes the image, which a later question brings. */
  IMAGE_TOKEN_TRUNCATED
}
