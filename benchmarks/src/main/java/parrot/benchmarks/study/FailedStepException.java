package parrot.benchmarks.study;

/** A step's command did not succeed; the others go on. */
final class FailedStepException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FailedStepException(String message) {
    super(message);
  }
}
