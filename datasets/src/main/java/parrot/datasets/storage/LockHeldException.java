package parrot.datasets.storage;

import parrot.datasets.EnvironmentException;

/** Another run writes to the folder, and lives. */
public final class LockHeldException extends EnvironmentException {
  private static final long serialVersionUID = 1L;

  LockHeldException(String message) {
    super(message);
  }
}
