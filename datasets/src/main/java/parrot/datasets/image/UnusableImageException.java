package parrot.datasets.image;

import java.util.Objects;
import parrot.datasets.DataException;

/**
 * An image that no example can be made of. The message says what is wrong and what to do; {@link
 * #at} adds where.
 */
public final class UnusableImageException extends DataException {
  private static final long serialVersionUID = 1L;

  /** Why an image cannot be used; rejected rows are counted by it. */
  public enum Reason {
    /** There is no such file. */
    MISSING,
    /** The path leads out of the folder of images. */
    OUTSIDE_FOLDER,
    /** The file has no bytes. */
    EMPTY,
    /** The content is of no known image format. */
    NOT_AN_IMAGE,
    /** An image, of a format or variant that cannot be decoded here. */
    UNSUPPORTED,
    /** More pixels, a longer side or more bytes than the limit. */
    TOO_LARGE,
    /** The file ends before the image does. */
    TRUNCATED,
    /** The content contradicts its format. */
    UNREADABLE
  }

  private final Reason reason;
  private final String problem;
  private final String remedy;

  /**
   * Describes an unusable image whose place is not known yet.
   *
   * @param problem what is wrong, without a full stop
   * @param remedy what to do about it, without a full stop
   */
  public UnusableImageException(Reason reason, String problem, String remedy) {
    this(reason, "Cannot use the image", problem, remedy, null);
  }

  private UnusableImageException(
      Reason reason, String subject, String problem, String remedy, Throwable cause) {
    super(subject + ": " + problem + "; " + remedy, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.problem = problem;
    this.remedy = remedy;
  }

  /** An image that ends after {@code length} bytes. */
  static UnusableImageException truncated(long length) {
    return new UnusableImageException(
        Reason.TRUNCATED,
        "the file ends before the image does (after " + length + " bytes)",
        "fetch it again or remove the example");
  }

  static UnusableImageException unreadable(String problem) {
    return new UnusableImageException(
        Reason.UNREADABLE, problem, "replace the file or remove the example");
  }

  static UnusableImageException unsupported(String problem) {
    return new UnusableImageException(
        Reason.UNSUPPORTED, problem, "save it as ordinary PNG or JPEG or remove the example");
  }

  /** The same with its cause. */
  UnusableImageException causedBy(Throwable cause) {
    return new UnusableImageException(reason, "Cannot use the image", problem, remedy, cause);
  }

  /** The same problem, named with the place of the image: a path, or a file and its row. */
  public UnusableImageException at(String place) {
    return new UnusableImageException(
        reason, "Cannot use the image " + place, problem, remedy, this);
  }

  /** Returns the reason to count by. */
  public Reason reason() {
    return reason;
  }
}
