package parrot.datasets.image;

import java.util.Objects;
import parrot.datasets.DataException;

/**
 * A picture that no example can be made of. The message says what is wrong and what to do; {@link
 * #at} adds where.
 */
public final class UnusablePictureException extends DataException {
  private static final long serialVersionUID = 1L;

  /** Why a picture cannot be used; rejected rows are counted by it. */
  public enum Reason {
    /** There is no such file. */
    MISSING,
    /** The path leads out of the folder of pictures. */
    OUTSIDE_FOLDER,
    /** The file has no bytes. */
    EMPTY,
    /** The content is of no known picture format. */
    NOT_A_PICTURE,
    /** A picture, of a format or variant that cannot be decoded here. */
    UNSUPPORTED,
    /** More pixels, a longer side or more bytes than the limit. */
    TOO_LARGE,
    /** The file ends before the picture does. */
    TRUNCATED,
    /** The content contradicts its format. */
    UNREADABLE
  }

  private final Reason reason;
  private final String problem;
  private final String remedy;

  /**
   * Describes an unusable picture whose place is not known yet.
   *
   * @param problem what is wrong, without a full stop
   * @param remedy what to do about it, without a full stop
   */
  public UnusablePictureException(Reason reason, String problem, String remedy) {
    this(reason, "Cannot use the picture", problem, remedy, null);
  }

  private UnusablePictureException(
      Reason reason, String subject, String problem, String remedy, Throwable cause) {
    super(subject + ": " + problem + "; " + remedy, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.problem = problem;
    this.remedy = remedy;
  }

  /** The same with the error behind it. */
  UnusablePictureException causedBy(Throwable cause) {
    return new UnusablePictureException(reason, "Cannot use the picture", problem, remedy, cause);
  }

  /** The same problem, named with the place of the picture: a path, or a file and its row. */
  public UnusablePictureException at(String place) {
    return new UnusablePictureException(
        reason, "Cannot use the picture " + place, problem, remedy, this);
  }

  /** Returns the reason to count by. */
  public Reason reason() {
    return reason;
  }
}
