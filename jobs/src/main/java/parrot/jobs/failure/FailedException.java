package parrot.jobs.failure;

/** The job ran and the answer is no, such as a comparison that failed; or something unforeseen. */
public final class FailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FailedException(String message) {
    super(message);
  }

  public FailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
