package parrot.jobs.state;

/** Chunks are gone with the executors that held them; training can go on from a checkpoint. */
public final class LostStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LostStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
