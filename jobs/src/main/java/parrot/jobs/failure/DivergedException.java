package parrot.jobs.failure;

/** Training produced values that are not finite. The message says where, and what to lower. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DivergedException(String message) {
    super(message);
  }

  public DivergedException(String message, Throwable cause) {
    super(message, cause);
  }
}
