package parrot.datasets.source;

import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.image.UnusableImageException;

/**
 * Why a row was rejected. Manifests, reports and reject files store these names, so a name never
 * changes.
 */
public enum RejectReason {
  /** The row is not a JSON object. */
  BROKEN_ROW,
  /** The file ends inside a row, or continues after the end of its array. */
  BROKEN_FILE,
  /** A field is missing or of the wrong type. */
  BAD_FIELD,
  /** The field {@code language} names no language, or there is none and the text does not tell. */
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
  OTHER_MEDIA,
  UNUSED_FIELD,
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
  LEAK,
  /** The image looks like one of a benchmark: it is probably a copy, encoded or scaled anew. */
  LEAK_LOOKALIKE,
  /** The text asks a question of a benchmark, in nearly its words. */
  LEAK_QUESTION;

  /** The reason that counts rows with this problem. */
  public static RejectReason of(ConversationProblem problem) {
    return switch (problem) {
      case EMPTY -> EMPTY;
      case UNKNOWN_ROLE -> UNKNOWN_ROLE;
      case EMPTY_TURN -> EMPTY_TURN;
      case NOT_ALTERNATING -> NOT_ALTERNATING;
      case NO_ANSWER -> NO_ANSWER;
      case IMAGE_TOKEN_MISPLACED -> IMAGE_TOKEN_MISPLACED;
      case IMAGE_TOKEN_WITHOUT_IMAGE -> IMAGE_TOKEN_WITHOUT_IMAGE;
      case IMAGE_WITHOUT_IMAGE_TOKEN -> IMAGE_WITHOUT_IMAGE_TOKEN;
      case SEVERAL_IMAGES -> SEVERAL_IMAGES;
      case OTHER_MEDIA -> OTHER_MEDIA;
      case UNUSED_FIELD -> UNUSED_FIELD;
      case ANSWER_TRUNCATED -> ANSWER_TRUNCATED;
      case IMAGE_TOKEN_TRUNCATED -> IMAGE_TOKEN_TRUNCATED;
    };
  }

  /** The reason that counts rows with such an image. */
  public static RejectReason of(UnusableImageException.Reason reason) {
    return switch (reason) {
      case MISSING -> PICTURE_MISSING;
      case OUTSIDE_FOLDER -> PICTURE_OUTSIDE_FOLDER;
      case EMPTY -> PICTURE_EMPTY;
      case NOT_AN_IMAGE -> PICTURE_NOT_A_PICTURE;
      case UNSUPPORTED -> PICTURE_UNSUPPORTED;
      case TOO_LARGE -> PICTURE_TOO_LARGE;
      case TRUNCATED -> PICTURE_TRUNCATED;
      case UNREADABLE -> PICTURE_UNREADABLE;
    };
  }
}
