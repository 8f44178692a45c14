package parrot.model.kernel;

/** A card, its driver or its libraries do not do what was asked; the message has the remedy. */
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DeviceException(String message) {
    super(message);
  }

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
