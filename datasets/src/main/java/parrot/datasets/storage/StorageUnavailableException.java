package parrot.datasets.storage;

import parrot.datasets.EnvironmentException;

/** A file system that cannot be reached: a matter of the environment, not of the data. */
public final class StorageUnavailableException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  public StorageUnavailableException(String message) {
    super(message);
  }

  public StorageUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
