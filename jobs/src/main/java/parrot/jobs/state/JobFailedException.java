package parrot.jobs.state;

/** A Spark job failed; its own checked exception is the cause. */
public final class JobFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JobFailedException(Exception cause) {
    super(cause.getMessage(), cause);
  }
}
