package parrot.model;

/**
 * A model that cannot be used as it lies there: a configuration that contradicts itself, a
 * checkpoint with missing, extra or damaged tensors. The message names the file, the key or tensor,
 * the numbers and the remedy; the stack trace is not needed.
 */
public class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
