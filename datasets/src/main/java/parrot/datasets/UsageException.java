package parrot.datasets;

/** What was asked for cannot be: an output folder that exists, a path that is none. */
public final class UsageException extends DataException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
