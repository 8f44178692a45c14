package parrot.datasets.storage;

/** Another run has taken over the folder: this one may not publish anything more. */
public final class LockLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LockLostException(String message) {
    super(message);
  }

  public LockLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
