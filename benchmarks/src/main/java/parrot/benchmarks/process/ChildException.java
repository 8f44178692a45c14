package parrot.benchmarks.process;

/** A side that cannot be measured; the message is for people. */
public final class ChildException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChildException(String message, Throwable cause) {
    super(message, cause);
  }
}
