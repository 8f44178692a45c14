package parrot.datasets.source;

import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.image.UnusableImageException;

/** Why a row was set aside. Reports count by these, so a name, once published, stays. */
public enum RejectReason {
  /** The row is no JSON object. */
  BROKEN_ROW,
  /** The file ends inside of a row, or goes on behind its end. */
  BROKEN_FILE,
  /** A field is missing or of the wrong type. */
  BAD_FIELD,
  /** The field {@code language} names none of the six, or the text is in none of them. */
  UNKNOWN_LANGUAGE,

  EMPTY,
  UNKNOWN_ROLE,
  EMPTY_TURN,
  NOT_ALTERNATING,
  NO_ANSWER,
  IMAGE_TOKEN_MISPLACED,
  IMAGE_TOKEN_WITHOUT_IMAGE,
  IMAGE_WITHOUT_IMAGE_TOKEN,
  SEVERAL_IMAGES,
  ANSWER_TRUNCATED,
  IMAGE_TOKEN_TRUNCATED,

  PICTURE_MISSING,
  PICTURE_OUTSIDE_FOLDER,
  PICTURE_EMPTY,
  PICTURE_NOT_A_PICTURE,
  PICTURE_UNSUPPORTED,
  PICTURE_TOO_LARGE,
  PICTURE_TRUNCATED,
  PICTURE_UNREADABLE,

  /** The image is one of a benchmark that the model will be judged by. */
  LEAK;

  public static RejectReason of(ConversationProblem problem) {
    return valueOf(problem.name());
  }

  public static RejectReason of(UnusableImageException.Reason reason) {
    return valueOf("PICTURE_" + reason.name());
  }
}
