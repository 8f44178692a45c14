package parrot.datasets;

/** Bad data: the message says what is wrong, where it stands, and what to do about it. */
public class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
