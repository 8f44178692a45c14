package parrot.jobs.failure;

/**
 * The job was asked to stop and did; what it had finished is saved. Without a message where the
 * console has been told.
 */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoppedException(String message) {
    super(message);
  }

  public StoppedException(String message, Throwable cause) {
    super(message, cause);
  }
}
